// Google's own client library against the simulated Google Calendar: a whole scenario, every answer of which the library
// has to take as the real thing. Run as: google.mjs URL TOKEN CONTROL RECORD
// RECORD becomes a file of [schema, answer] lines, which google_test.py gives to a compiler.
import assert from "node:assert/strict";
import { createWriteStream } from "node:fs";
import { createServer } from "node:http";
import { calendar as calendarApi, auth as googleAuth } from "@googleapis/calendar";

const [rootUrl, token, control, record] = process.argv.slice(2);
const auth = new googleAuth.OAuth2();
auth.setCredentials({ access_token: token });
const options = { rootUrl, retry: false };
const api = calendarApi({ version: "v3", auth, ...options });
const answers = createWriteStream(record);

// The answer's data, noted under the name of the schema that describes it.
async function said(schema, promise) {
  const response = await promise;
  if (schema) answers.write(JSON.stringify([schema, response.data]) + "\n");
  return response.data;
}

// A call that is refused: its status, and its reason in Google's form.
async function refused(promise) {
  try {
    await promise;
  } catch (error) {
    return `${error.response?.status} ${error.response?.data?.error?.errors?.[0]?.reason}`;
  }
  assert.fail("the call was answered");
}

async function steer(path, body) {
  const response = await fetch(control + path, { method: body ? "POST" : "GET", body: body && JSON.stringify(body) });
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
}

async function everyPage(params) {
  const items = [];
  let pageToken;
  let page;
  do {
    page = await said("Events", api.events.list({ ...params, pageToken }));
    items.push(...page.items);
    pageToken = page.nextPageToken;
  } while (pageToken);
  assert.ok(page.nextSyncToken);
  return { items, syncToken: page.nextSyncToken };
}

async function calendars() {
  const list = await said("CalendarList", api.calendarList.list());
  const primary = list.items.find((entry) => entry.primary);
  assert.equal(primary.accessRole, "owner");
  const made = await said("Calendar", api.calendars.insert({ requestBody: { summary: "Side", timeZone: "Asia/Tokyo" } }));
  const entry = await said("CalendarListEntry", api.calendarList.get({ calendarId: made.id }));
  assert.equal(entry.summary, "Side");
  const delta = await said("CalendarList", api.calendarList.list({ syncToken: list.nextSyncToken }));
  assert.deepEqual(delta.items.map((one) => one.id), [made.id]);
  assert.equal((await api.calendars.delete({ calendarId: made.id })).status, 204);
}

async function singleEvents() {
  const calendarId = "primary";
  const when = {
    start: { dateTime: "2026-03-02T12:00:00", timeZone: "Europe/Berlin" },
    end: { dateTime: "2026-03-02T13:00:00", timeZone: "Europe/Berlin" },
  };
  const requestBody = {
    id: "lunch0", summary: "Lunch", ...when,
    attendees: [{ email: "bob@example.com" }],
    extendedProperties: { private: { mark: "m1" } },
    reminders: { useDefault: false, overrides: [{ method: "popup", minutes: 10 }] },
  };
  const made = await said("Event", api.events.insert({ calendarId, sendUpdates: "none", requestBody }));
  assert.equal(made.start.dateTime, "2026-03-02T12:00:00+01:00");
  assert.equal(made.organizer.self, true);
  assert.equal(await refused(api.events.insert({ calendarId, requestBody })), "409 duplicate");

  const patch = (summary, etag) =>
    api.events.patch({ calendarId, eventId: made.id, sendUpdates: "none", requestBody: { summary } },
      { headers: { "If-Match": etag } });
  const patched = await said("Event", patch("Long lunch", made.etag));
  assert.equal(patched.summary, "Long lunch");
  assert.equal(patched.attendees.length, 1);
  assert.equal(await refused(patch("Late", made.etag)), "412 conditionNotMet");
  const marked = await said("Events", api.events.list({ calendarId, privateExtendedProperty: ["mark=m1"] }));
  assert.equal(marked.items.length, 1);

  const { attendees, ...alone } = requestBody;
  const replaced = await said("Event",
    api.events.update({ calendarId, eventId: made.id, sendUpdates: "none", conferenceDataVersion: 1,
      requestBody: { ...alone, conferenceData: { createRequest: { requestId: "r1" } } } }));
  assert.equal(replaced.attendees, undefined);
  assert.ok(replaced.hangoutLink);
  assert.deepEqual((await steer("outbox")).mail, []);

  const imported = await said("Event", api.events.import({ calendarId, requestBody: { iCalUID: "u1@example.org", ...when } }));
  assert.equal(imported.iCalUID, "u1@example.org");
  await api.events.delete({ calendarId, eventId: imported.id });
  assert.equal(await refused(api.events.delete({ calendarId, eventId: imported.id })), "410 deleted");
}

async function series() {
  const calendarId = "primary";
  const requestBody = {
    id: "series0", summary: "Weekly", recurrence: ["RRULE:FREQ=WEEKLY;COUNT=10"],
    start: { dateTime: "2026-03-02T09:00:00", timeZone: "Europe/Berlin" },
    end: { dateTime: "2026-03-02T10:00:00", timeZone: "Europe/Berlin" },
  };
  await said("Event", api.events.insert({ calendarId, requestBody }));
  const before = await everyPage({ calendarId, maxResults: 1 });
  const instances = await said("Events", api.events.instances({ calendarId, eventId: "series0" }));
  assert.equal(instances.items.length, 10);

  const second = instances.items.find((one) => one.originalStartTime.dateTime.startsWith("2026-03-09"));
  const moved = await said("Event", api.events.patch({ calendarId, eventId: second.id, requestBody: { summary: "Moved" } }));
  assert.equal(moved.recurringEventId, "series0");
  const third = instances.items.find((one) => one.originalStartTime.dateTime.startsWith("2026-03-16"));
  await api.events.delete({ calendarId, eventId: third.id });

  const delta = await everyPage({ calendarId, syncToken: before.syncToken });
  const status = Object.fromEntries(delta.items.map((one) => [one.id, one.status]));
  assert.deepEqual(status, { [second.id]: "confirmed", [third.id]: "cancelled" });
  const flat = await said("Events", api.events.list({
    calendarId, singleEvents: true, orderBy: "startTime", timeMin: "2026-03-01T00:00:00Z", timeMax: "2026-04-01T00:00:00Z" }));
  assert.deepEqual(flat.items.map((one) => one.summary), ["Weekly", "Lunch", "Moved", "Weekly", "Weekly"]);

  await steer("google/resets", { calendar: "ann@example.org" });
  assert.equal(await refused(api.events.list({ calendarId, syncToken: delta.syncToken })), "410 fullSyncRequired");
  assert.equal((await everyPage({ calendarId })).items.length, 4);
}

async function beside() {
  const calendarId = "primary";
  const heard = [];
  const receiver = createServer((request, response) => {
    heard.push(request.headers["x-goog-resource-state"]);
    response.end();
  });
  await new Promise((done) => receiver.listen(0, "127.0.0.1", done));
  const address = `http://127.0.0.1:${receiver.address().port}/`;
  const channel = await said("Channel", api.events.watch({ calendarId, requestBody: { id: "c1", type: "web_hook", address } }));
  await api.events.patch({ calendarId, eventId: "lunch0", requestBody: { location: "Here" } });
  for (let n = 0; n < 1000 && heard.length < 2; ++n) await new Promise((done) => setTimeout(done, 10));
  assert.deepEqual(heard, ["sync", "exists"]);
  await api.channels.stop({ requestBody: { id: "c1", resourceId: channel.resourceId } });
  receiver.close();
  receiver.closeAllConnections();

  const busy = await said("FreeBusyResponse", api.freebusy.query({ requestBody: {
    timeMin: "2026-03-02T00:00:00Z", timeMax: "2026-03-03T00:00:00Z", items: [{ id: "primary" }, { id: "nobody" }] } }));
  assert.equal(busy.calendars.primary.busy.length, 2);
  assert.equal(busy.calendars.nobody.errors[0].reason, "notFound");

  const partial = await said(null, api.events.list({ calendarId, fields: "items(id),nextSyncToken" }));
  assert.deepEqual(Object.keys(partial).sort(), ["items", "nextSyncToken"]);
  auth.setCredentials({ access_token: "expired" });
  assert.equal(await refused(api.events.list({ calendarId })), "401 authError");
}

await calendars();
await singleEvents();
await series();
await beside();
await new Promise((done) => answers.end(done));
console.log("The client took every answer.");
