/**
 * Files of a single appointment: FileAttachments (MS-OXWSATT 2.2.4.5) there, links that hold their bytes in JSCalendar. Items and
 * links that are attached stay there, as does what the body shows.
 *
 * - What is told as it was told before is not fetched again: a link's id says how its file was told.
 * - What is not read is neither new nor gone: a file of that name that was read before stands for it.
 */
import { createHash } from 'node:crypto';
import { allowance, fileName, filesIn, type HeldFile, keyOf } from '../../../model/attachment-field.ts';
import { bytesOf, dataUri } from '../../../model/data-uri.ts';
import { asFailure } from '../../../model/failure.ts';
import type { ItemContent, Json } from '../../../model/item.ts';
import { textAt } from '../../../model/json.ts';
import type { Step } from '../../connector.ts';
import { filesOf, type ToldFile } from '../item-file.ts';
import type { MoreReading } from '../item-kind.ts';
import { field, type Path } from '../property.ts';
import { childOf, type Element } from '../read-answer.ts';
import { escapeXml } from '../soap.ts';
import { createFileStep, deleteFileStep } from '../step.ts';

export const FILE_PROPERTIES: readonly Path[] = [field('item:Attachments')];

/** A server counts what it keeps beside the bytes, too. */
const OVERHEAD_BYTES = 64 * 1024;

type Links = Record<string, Json>;
type More = Pick<MoreReading, 'attachment' | 'held'>;
export interface FilesReading {
  readonly content: { readonly links?: Links };
  readonly notes: readonly string[];
}

export async function filesContent(item: Element, more: More, limitBytes: number): Promise<FilesReading> {
  const told = filesOf(item);
  if (told.length === 0) return { content: {}, notes: [] };
  const held = await more.held();
  const known = new Map((held === null ? [] : filesIn(held)).map((file) => [file.id, file]));
  const links: Links = {};
  const notes: string[] = [];
  const fits = allowance(limitBytes);
  for (const { link, mark, id } of told.flatMap((file) => known.get(idOf(file)) ?? [])) {
    fits(mark.sizeBytes);
    links[id] = link;
  }
  for (const file of told.filter((one) => !known.has(idOf(one)) && !one.inline)) {
    const read = await readFile(file, more, limitBytes, fits);
    if (typeof read !== 'string') links[idOf(file)] = read;
    else {
      notes.push(`The file ${fileName(file.name)} ${read} and stays in Exchange.`);
      const stands = standingFor(file, known, links);
      if (stands !== null) links[stands.id] = stands.link;
    }
  }
  return { content: Object.keys(links).length === 0 ? {} : { links }, notes };
}

/** Told so again, it is the same. */
const idOf = ({ id, name, sizeBytes, savedAt }: ToldFile) =>
  createHash('sha256')
    .update(JSON.stringify([id, name, sizeBytes, savedAt]))
    .digest('base64url')
    .slice(0, 22);

function standingFor(file: ToldFile, known: ReadonlyMap<string, HeldFile>, links: Links): HeldFile | null {
  const named = [...known.values()].filter(({ mark }) => mark.name === fileName(file.name));
  return named.find(({ id }) => !Object.hasOwn(links, id)) ?? null;
}

type Fits = ReturnType<typeof allowance>;

/** A link, or in words why not. */
async function readFile(file: ToldFile, more: More, limitBytes: number, fits: Fits): Promise<Json> {
  if (file.sizeBytes > limitBytes + OVERHEAD_BYTES) return 'is too large';
  const content = await contentOf(file, more, limitBytes);
  if (content === undefined) return 'cannot be read';
  // The size that was told may be none, or wrong.
  if (!content.whole || !fits(content.sizeBytes)) return 'is too large';
  const type = file.type?.trim() || null;
  const link = { '@type': 'Link', rel: 'enclosure', title: file.name, ...(type === null ? {} : { contentType: type }) };
  return { ...link, size: content.sizeBytes, href: dataUri(type, content.bytes) };
}

/** One that a virus scanner withholds keeps nobody from reading the appointment. */
async function contentOf({ id }: ToldFile, more: More, limitBytes: number): Promise<Element['mime']> {
  try {
    return childOf(await more.attachment(id, limitBytes), 'Content')?.mime;
  } catch (error) {
    if (asFailure(error)?.code === 'refused') return undefined;
    throw error;
  }
}

/** New ones first: an interrupted change leaves one too many rather than none. */
export function fileSteps(theirs: ItemContent | null, ours: ItemContent): readonly Step[] {
  const [had, wanted] = [theirs === null ? [] : filesIn(theirs), filesIn(ours)];
  const byKey = (files: readonly HeldFile[]) => new Map(files.map((file) => [keyOf(file.mark), file]));
  const [hadKeys, wantedKeys] = [byKey(had), byKey(wanted)];
  const added = [...wantedKeys].filter(([key]) => !hadKeys.has(key)).map(([, file]) => file);
  const removed = had.filter(({ mark }) => !wantedKeys.has(keyOf(mark)));
  return [
    ...added.map((file) => createFileStep(attachment(file), file.mark)),
    ...removed.map(({ mark }) => deleteFileStep(mark)),
  ];
}

function attachment({ link, mark }: HeldFile): string {
  const type = textAt(link, 'contentType') ?? /^data:([^;,]+)/i.exec(String(link.href))?.[1] ?? 'application/octet-stream';
  return (
    `<t:FileAttachment><t:Name>${escapeXml(mark.name)}</t:Name><t:ContentType>${escapeXml(type)}</t:ContentType>` +
    `<t:IsInline>false</t:IsInline><t:Content>${bytesOf(String(link.href))!.toString('base64')}</t:Content></t:FileAttachment>`
  );
}
