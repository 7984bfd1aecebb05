// What the kernel knows of documents: which keys stand at a place, which one came behind which last time, and what to do with each class of values there.
// The host decides, once for each (`shapes.ts`); nothing here has a name or a type.
import { findKey } from "./host";
import { allocate, allocateKnowledge, forgetKnowledge, release } from "./memory";
import { backslash, endOfText } from "./text";

/** Classes of values. The host knows these numbers (`value-class.ts`). */
export const nullClass: u32 = 0;
export const boolClass: u32 = 1;
export const integerClass: u32 = 2;
export const integralDoubleClass: u32 = 3;
export const doubleClass: u32 = 4;
export const rareNumberClass: u32 = 5;
export const textClass: u32 = 6;
export const markedTextClass: u32 = 7;
export const markedMomentClass: u32 = 8;
export const objectClass: u32 = 9;
export const listClass: u32 = 10;
export const emptyListClass: u32 = 11;
const classCount: u32 = 12;

/** Operations. The host knows these numbers (`operation.ts`). */
export const unknownOperation: u32 = 0;
export const ignore: u32 = 1;
export const appendInteger: u32 = 2;
export const appendDouble: u32 = 3;
export const appendBool: u32 = 4;
export const appendPlainText: u32 = 5;
export const appendMoment: u32 = 6;
export const askHost: u32 = 7;
export const enterObject: u32 = 8;
export const enterList: u32 = 9;

/** The row, or an object in it. */
@unmanaged
export class Place {
  /** The key that came first last time. The same field as `Key.next`, so that both can be linked from. */
  next: usize;
  id: u32;
}

/** A key at a place. */
@unmanaged
export class Key {
  /** The key that followed last time. */
  next: usize;
  /** The first eight bytes of the spelling, with the quote behind it, and which of them count. */
  head: u64;
  headMask: u64;
  spelling: usize;
  /** With the quote. */
  bytes: u32;
  id: u32;
  place: usize;
  /** The key that this is another spelling of. */
  usual: usize;
  /** Of keys that go to one column. */
  meeting: usize;
  /** The object that had it last. */
  object: u32;
  chain: usize;
}

/** What to do, and with what: a slot per class stands behind each key. */
@unmanaged
class Slot {
  operation: u32;
  target: usize;
}

/** Rows may have one of several keys, not two. */
@unmanaged
export class Meeting {
  rowStamp: u32;
}

/** A list of rows of a nested table. */
@unmanaged
export class List {
  table: usize;
  /** Of elements that are objects. */
  place: usize;
  /** Keys of elements that are not. */
  valueKey: usize;
  listKey: usize;
  id: u32;
}

let keys: usize = 0;
let keyCount: u32 = 0;
let buckets: usize = 0;
let bucketCount: u32 = 0;
const firstBuckets: u32 = 1024;

/** Also what `table.ts` knows of tables, which has to be detached before. */
export function forgetKeys(): void {
  forgetKnowledge();
  if (buckets !== 0) memory.fill(buckets, 0, bucketCount << 2);
  keys = 0;
  keyCount = 0;
}

export function createPlace(id: u32): Place {
  const place = changetype<Place>(allocateKnowledge(offsetof<Place>()));
  place.id = id;
  return place;
}

export function createMeeting(): Meeting {
  return changetype<Meeting>(allocateKnowledge(offsetof<Meeting>()));
}

export function createList(id: u32, table: usize, place: usize): List {
  const list = changetype<List>(allocateKnowledge(offsetof<List>()));
  list.id = id;
  list.table = table;
  list.place = place;
  return list;
}

/** A key without a spelling: of elements. */
export function createKey(id: u32): Key {
  const key = changetype<Key>(allocateKnowledge(offsetof<Key>() + classCount * offsetof<Slot>()));
  key.id = id;
  return key;
}

/** Gives a key its spelling at a place: so many bytes, and behind them the quote. */
export function spellKey(key: Key, place: usize, from: usize, bytes: u32): void {
  const length = bytes + 1;
  key.spelling = allocateKnowledge(length + 8);
  memory.copy(key.spelling, from, length);
  key.bytes = length;
  key.place = place;
  key.head = load<u64>(key.spelling);
  key.headMask = length >= 8 ? ~(<u64>0) : ((<u64>1) << (length << 3)) - 1;
  key.chain = keys;
  keys = changetype<usize>(key);
  keyCount += 1;
  if (keyCount * 2 > bucketCount) rehash();
  else putIntoBucket(key);
}

export function setMeeting(key: Key, meeting: Meeting): void {
  key.meeting = changetype<usize>(meeting);
}

export function operationOf(key: Key, valueClass: u32): u32 {
  return changetype<Slot>(slotOf(key, valueClass)).operation;
}

export function targetOf(key: Key, valueClass: u32): usize {
  return changetype<Slot>(slotOf(key, valueClass)).target;
}

export function setSlot(key: Key, valueClass: u32, operation: u32, target: usize): void {
  const slot = changetype<Slot>(slotOf(key, valueClass));
  slot.operation = operation;
  slot.target = target;
}

function slotOf(key: Key, valueClass: u32): usize {
  return changetype<usize>(key) + offsetof<Key>() + valueClass * offsetof<Slot>();
}

/** True when the bytes are this key and the quote behind it. */
export function isKey(key: Key, at: usize): bool {
  if (((load<u64>(at) ^ key.head) & key.headMask) !== 0) return false;
  return key.bytes <= 8 || isTail(key, at);
}

function isTail(key: Key, at: usize): bool {
  const bytes = <usize>key.bytes;
  const spelling = key.spelling;
  for (let i: usize = 8; i + 8 < bytes; i += 8) if (load<u64>(at + i) !== load<u64>(spelling + i)) return false;
  return load<u64>(at + bytes - 8) === load<u64>(spelling + bytes - 8);
}

/** The key that begins behind the quote; 0 when nobody knows it, or when it is no text of JSON. */
export function lookUpKey(place: Place, at: usize): usize {
  const end = endOfText(at);
  if (end === 0) return 0;
  const length = <u32>(end - at);
  const owner = changetype<usize>(place);
  if (buckets !== 0) {
    for (let bucket = bucketOf(owner, at, length); ; bucket = (bucket + 1) & (bucketCount - 1)) {
      const found = load<u32>(buckets + (bucket << 2));
      if (found === 0) break;
      const key = changetype<Key>(found);
      if (key.place === owner && key.bytes === length && memory.compare(key.spelling, at, length) === 0) return found;
    }
  }
  const found = findKey(place.id, at, length - 1);
  if (found === 0 || !hasEscape(at, length)) return found;
  const spelled = createKey(changetype<Key>(found).id);
  spellKey(spelled, owner, at, length - 1);
  spelled.usual = found;
  return changetype<usize>(spelled);
}

function hasEscape(at: usize, bytes: u32): bool {
  for (let i: u32 = 0; i < bytes; i++) if (load<u8>(at + i) === backslash) return true;
  return false;
}

function rehash(): void {
  if (buckets !== 0) release(buckets, bucketCount << 2);
  bucketCount = max(bucketCount * 2, firstBuckets);
  buckets = allocate(bucketCount << 2);
  memory.fill(buckets, 0, bucketCount << 2);
  for (let key = keys; key !== 0; key = changetype<Key>(key).chain) putIntoBucket(changetype<Key>(key));
}

function putIntoBucket(key: Key): void {
  let bucket = bucketOf(key.place, key.spelling, key.bytes);
  while (load<u32>(buckets + (bucket << 2)) !== 0) bucket = (bucket + 1) & (bucketCount - 1);
  store<u32>(buckets + (bucket << 2), <u32>changetype<usize>(key));
}

function bucketOf(place: usize, at: usize, bytes: u32): u32 {
  let hash: u32 = 2_166_136_261 ^ <u32>place;
  for (let i: u32 = 0; i < bytes; i++) hash = (hash ^ load<u8>(at + i)) * 16_777_619;
  return (hash ^ (hash >> 15)) & (bucketCount - 1);
}
