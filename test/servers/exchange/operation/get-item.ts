import { type Call, contextOf, findItem, messages, responseOf, successMessage } from '../call.ts';
import { refuse } from '../errors.ts';
import { hasField } from '../property/kind.ts';
import { itemElement, readShape } from '../property/shape.ts';
import { child, type Element, el } from '../xml/element.ts';
import { itemIds } from './items.ts';

const SPECIAL_GROUPS: Readonly<Record<string, boolean>> = { calendar: true, task: true, contacts: true, distributionlist: true };

export async function getItem(request: Element, call: Call): Promise<Element> {
  const made = await messages('GetItemResponseMessage', itemIds(request), async (id) => {
    const shape = readShape(child(request, 'ItemShape'));
    const { mailbox, item } = findItem(call, id);
    // Asking a task for a calendar property: an error by the letter, but clients that work with real servers ask so.
    for (const path of call.exchange.switches.refuseForeignProperties ? shape.paths : []) {
      if (path.kind === 'field' && SPECIAL_GROUPS[path.group] && !hasField(item.kind, path.element))
        refuse('ErrorInvalidPropertyRequest');
    }
    const element = await itemElement(item, shape, contextOf(call, mailbox), 'get');
    return successMessage('GetItemResponseMessage', [el('Items', [element])]);
  });
  return responseOf('GetItem', made);
}
