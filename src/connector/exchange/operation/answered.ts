import { Failure } from '../../../model/failure.ts';
import type { CallOptions, Ews } from '../ews.ts';
import { messageFailure } from '../failures.ts';
import type { ResponseMessage } from '../read-answer.ts';

/** The one response message of a call for one thing; what is wrong with it is thrown. */
export async function answered(
  ews: Ews,
  body: string,
  attempt: string,
  options: Omit<CallOptions, 'attempt'> = {},
): Promise<ResponseMessage> {
  const [message] = (await ews.call(body, { attempt, ...options })).messages;
  if (message === undefined) throw new Failure('garbled', `${attempt} at ${ews.where}: the answer holds nothing`);
  const failure = messageFailure(message, `${attempt} at ${ews.where}`);
  if (failure !== null) throw failure;
  return message;
}
