/** Makes the symbolic links of the embedded PostgreSQL, for images whose root is read-only later. */
import { findBinaries } from './embedded-binaries.ts';

await findBinaries();
