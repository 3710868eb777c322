#!/usr/bin/env node
// Runs one of the project's own scripts: node bin/run.js [--runtime-flag …] <file> [argument …]
import { isAbsolute, join } from 'node:path';
import { launch, projectRoot } from './launch.js';

const args = process.argv.slice(2);
const at = args.findIndex((word) => !word.startsWith('-'));
const [file, ...rest] = args.slice(at);
launch(isAbsolute(file) ? file : join(projectRoot, file), rest, args.slice(0, at));
