// ews-javascript-api, an EWS client of somebody else, against the stand-in; and the defects for which the connector does without it
// (reference 3.1; more of them in ewsjs-defects.test.ts). A defect's test fails once upstream mends it.
import { spawnSync } from 'node:child_process';
import ews from 'ews-javascript-api';
import { describe, expect, it } from 'vitest';
import { startStandIn } from './check/client.ts';

const { exchange, server } = await startStandIn();
const {
  Appointment,
  BodyType,
  Contact,
  ConflictResolutionMode,
  DateTime,
  DayOfTheWeek,
  EmailAddressKey,
  EmailMessage,
  EventType,
  ExchangeService,
  ExchangeVersion,
  Folder,
  FolderId,
  ItemView,
  MessageBody,
  PropertySet,
  Recurrence,
  SendInvitationsMode,
  StreamingSubscriptionConnection,
  SyncFolderItemsScope,
  Task,
  TaskStatus,
  Uri,
  WebCredentials,
  WellKnownFolderName,
} = ews;

function service() {
  const made = new ExchangeService(ExchangeVersion.Exchange2013_SP1);
  made.Credentials = new WebCredentials('alice@example.com', 'alicepw');
  made.Url = new Uri(server.url);
  return made;
}

const mailbox = exchange.mailboxOf('alice@example.com')!;
const subjects = (folder: string) => mailbox.itemsIn(mailbox.folderNamed(folder).key).map((item) => item.fields.Subject?.text);

describe('ews-javascript-api works with the stand-in', () => {
  it('binds folders and finds items', async () => {
    const inbox = await Folder.Bind(service(), WellKnownFolderName.Inbox);
    expect(inbox.DisplayName).toBe('Inbox');
    const message = new EmailMessage(service());
    message.Subject = 'from the second client';
    message.Body = new MessageBody(BodyType.Text, 'hello');
    await message.Save(WellKnownFolderName.Inbox);
    const found = await service().FindItems(WellKnownFolderName.Inbox, new ItemView(10));
    expect(found.Items.map((item) => item.Subject)).toEqual(['from the second client']);
    const read = await EmailMessage.Bind(service(), found.Items[0]!.Id);
    expect(read.Body.Text).toBe('hello');
    read.Subject = 'changed by the second client';
    await read.Update(ConflictResolutionMode.AutoResolve);
    expect(subjects('inbox')).toEqual(['changed by the second client']);
  });

  it('makes, renames and deletes a folder, and moves and deletes what is in it', async () => {
    const folder = new Folder(service());
    folder.DisplayName = 'Projects';
    await folder.Save(WellKnownFolderName.MsgFolderRoot);
    folder.DisplayName = 'Old projects';
    await folder.Update();
    expect((await Folder.Bind(service(), folder.Id)).DisplayName).toBe('Old projects');
    const message = new EmailMessage(service());
    message.Subject = 'to move';
    await message.Save(WellKnownFolderName.Drafts);
    const moved = await message.Move(folder.Id);
    expect(subjects('drafts')).not.toContain('to move');
    await moved.Delete(ews.DeleteMode.MoveToDeletedItems);
    expect(subjects('deleteditems')).toContain('to move');
    const changes = await service().SyncFolderHierarchy(new FolderId(WellKnownFolderName.MsgFolderRoot), PropertySet.IdOnly, '');
    const ids = Array.from({ length: changes.Count }, (_, index) => changes._getItem(index).FolderId.UniqueId);
    expect(ids).toContain(folder.Id.UniqueId);
    await folder.Delete(ews.DeleteMode.HardDelete);
    await expect(Folder.Bind(service(), folder.Id)).rejects.toMatchObject({ ErrorCode: ews.ServiceError.ErrorFolderNotFound });
  });

  it('synchronizes', async () => {
    const changes = await service().SyncFolderItems(
      new FolderId(WellKnownFolderName.Inbox),
      PropertySet.IdOnly,
      [],
      100,
      SyncFolderItemsScope.NormalItems,
      '',
    );
    expect(changes.Count).toBe(1);
    const none = await service().SyncFolderItems(
      new FolderId(WellKnownFolderName.Inbox),
      PropertySet.IdOnly,
      [],
      100,
      SyncFolderItemsScope.NormalItems,
      changes.SyncState,
    );
    expect(none.Count).toBe(0);
  });

  it('makes a series', async () => {
    const appointment = new Appointment(service());
    appointment.Subject = 'weekly';
    appointment.Start = new DateTime('2026-12-01T10:00:00Z');
    appointment.End = new DateTime('2026-12-01T11:00:00Z');
    // Its own typings know only the constructor without arguments.
    const Weekly = Recurrence.WeeklyPattern as unknown as new (
      start: typeof appointment.Start,
      interval: number,
      days: number[],
    ) => typeof appointment.Recurrence;
    appointment.Recurrence = new Weekly(appointment.Start, 1, [DayOfTheWeek.Tuesday]);
    appointment.Recurrence.NumberOfOccurrences = 3;
    await appointment.Save(SendInvitationsMode.SendToNone);
    const second = await Appointment.BindToOccurrence(service(), appointment.Id, 2);
    expect(second.Start.ToISOString()).toBe('2026-12-08T10:00:00.000Z');
  });

  it('makes a task and a contact', async () => {
    const task = new Task(service());
    task.Subject = 'report';
    task.Status = TaskStatus.InProgress;
    await task.Save();
    expect((await Task.Bind(service(), task.Id)).Status).toBe(TaskStatus.InProgress);
    const contact = new Contact(service());
    contact.GivenName = 'Jane';
    contact.Surname = 'Doe';
    contact.EmailAddresses._setItem(EmailAddressKey.EmailAddress1, new ews.EmailAddress('jane@example.net'));
    await contact.Save();
    expect((await Contact.Bind(service(), contact.Id)).Surname).toBe('Doe');
  });

  it('hears of new items by a stream', async () => {
    const own = service();
    const subscription = await own.SubscribeToStreamingNotifications(
      [new FolderId(WellKnownFolderName.Drafts)],
      EventType.Created,
    );
    const connection = new StreamingSubscriptionConnection(own, 1);
    connection.AddSubscription(subscription);
    const heard = new Promise<number>((resolve) => {
      connection.OnNotificationEvent.push((_sender, event) => resolve(event.Events.length));
    });
    connection.OnDisconnect.push(() => {});
    connection.OnSubscriptionError.push(() => {});
    void connection.Open();
    await expect.poll(() => exchange.budget.usageOf('alice@example.com').streams).toBe(1);
    const message = new EmailMessage(service());
    message.Subject = 'streamed';
    await message.Save(WellKnownFolderName.Drafts);
    expect(await heard).toBeGreaterThan(0);
    connection.Close();
  });
});

describe('its known defects', () => {
  it('does not escape XML (reference 3.1-1)', async () => {
    const message = new EmailMessage(service());
    message.Subject = 'A & B <x>';
    await expect(message.Save(WellKnownFolderName.Drafts)).rejects.toBeDefined();
    const injected = new EmailMessage(service());
    injected.Subject = 'x</t:Subject><t:Sensitivity>Private</t:Sensitivity><t:Importance>High</t:Importance><t:Subject>';
    await injected.Save(WellKnownFolderName.Drafts).catch(() => undefined);
    expect(subjects('drafts')).not.toContain(injected.Subject);
  });

  it('brings the process down on an empty 500 (3.1-2)', () => {
    exchange.faults.clear();
    const script = `
      const ews = require('ews-javascript-api');
      const http = require('node:http');
      const server = http.createServer((q, r) => { q.resume(); r.writeHead(500, { 'Content-Type': 'text/xml' }); r.end(); }).listen(0, '127.0.0.1', async () => {
        const service = new ews.ExchangeService(ews.ExchangeVersion.Exchange2013_SP1);
        service.Credentials = new ews.WebCredentials('a', 'b');
        service.Url = new ews.Uri('http://127.0.0.1:' + server.address().port + '/EWS/Exchange.asmx');
        try { await ews.Folder.Bind(service, ews.WellKnownFolderName.Inbox); } catch { }
        setTimeout(() => process.exit(0), 500);
      });`;
    const run = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 20_000 });
    expect(run.status).not.toBe(0);
    expect(run.stderr).toContain('TypeError');
  });

  it('trims texts (3.1)', async () => {
    const own = exchange.mailboxOf('alice@example.com')!;
    const message = new EmailMessage(service());
    message.Subject = 'spaces';
    await message.Save(WellKnownFolderName.Drafts);
    const item = own.itemsIn(own.folderNamed('drafts').key).find((one) => one.fields.Subject?.text === 'spaces')!;
    item.fields.Subject = { ...item.fields.Subject!, text: '  spaces  ' };
    expect((await EmailMessage.Bind(service(), message.Id)).Subject).toBe('spaces');
  });
});
