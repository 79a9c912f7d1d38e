/* Reads MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) into what JSON.parse
   would give for the same answer in JSON: objects, arrays, strings, numbers, booleans, null.

   One value at a time is read, by the module's own variables in place of an object's members, which
   engines reach faster. Short texts are put together here, since a call of TextDecoder costs more
   than they do; the names of members, which come again and again, are looked up by their bytes. */

const MAX_DEPTH = 64; // the server's own answers nest 16 deep
const SHORT_TEXT = 24; // bytes; from there on TextDecoder is faster

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const keys = new Array(256).fill(null);

/* An object like any other, but V8 keeps room in it for as many members as earlier ones got. */
function Plain() {}
Plain.prototype = Object.prototype;

let bytes;
let view;
let at;
let depth;

/* What is no MessagePack, or has what answers of ours never have. `offset` is the byte where that
   was found. */
export class MessagePackError extends Error {
    constructor(message) {
        super(`${message} at byte ${at}`);
        this.name = "MessagePackError";
        this.offset = at;
    }
}

/* Reads the one value that fills `buffer`, an ArrayBuffer or a Uint8Array. Integers are Numbers,
   but beyond 2^53 - 1, where a Number may be another one, BigInts; bin is a Uint8Array of its own.
   Throws a MessagePackError for all that is not exactly one value: it ends too early or too late,
   has an extension type, a member whose name is no text, bytes that are no UTF-8, or more depth
   than any answer. */
export function decode(buffer) {
    bytes = buffer instanceof Uint8Array ? buffer : new Uint8Array(buffer);
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    at = 0;
    depth = 0;
    const value = readValue();
    if (at !== bytes.length)
        throw new MessagePackError("bytes behind the value");
    return value;
}

/* Moves on by `size` bytes and returns where they begin. */
function take(size) {
    const begin = at;
    if (size > bytes.length - begin)
        throw new MessagePackError(`it ends ${size - (bytes.length - begin)} bytes too early`);
    at = begin + size;
    return begin;
}

function readValue() {
    const type = bytes[take(1)];
    if (type < 0x80)
        return type;
    if (type < 0x90)
        return readObject(type & 0x0f);
    if (type < 0xa0)
        return readArray(type & 0x0f);
    if (type < 0xc0)
        return readText(type & 0x1f);
    if (type >= 0xe0)
        return type - 0x100;
    switch (type) {
    case 0xc0: return null;
    case 0xc2: return false;
    case 0xc3: return true;
    case 0xc4: return readBytes(view.getUint8(take(1)));
    case 0xc5: return readBytes(view.getUint16(take(2)));
    case 0xc6: return readBytes(view.getUint32(take(4)));
    case 0xca: return view.getFloat32(take(4));
    case 0xcb: return view.getFloat64(take(8));
    case 0xcc: return view.getUint8(take(1));
    case 0xcd: return view.getUint16(take(2));
    case 0xce: return view.getUint32(take(4));
    case 0xcf: return numberOf(view.getBigUint64(take(8)));
    case 0xd0: return view.getInt8(take(1));
    case 0xd1: return view.getInt16(take(2));
    case 0xd2: return view.getInt32(take(4));
    case 0xd3: return numberOf(view.getBigInt64(take(8)));
    case 0xd9: return readText(view.getUint8(take(1)));
    case 0xda: return readText(view.getUint16(take(2)));
    case 0xdb: return readText(view.getUint32(take(4)));
    case 0xdc: return readArray(view.getUint16(take(2)));
    case 0xdd: return readArray(view.getUint32(take(4)));
    case 0xde: return readObject(view.getUint16(take(2)));
    case 0xdf: return readObject(view.getUint32(take(4)));
    }
    at--;
    throw new MessagePackError(type === 0xc1 ? "a byte that no value begins with"
                                             : "an extension type, which no answer has,");
}

function numberOf(integer) {
    const number = Number(integer);
    return Number.isSafeInteger(number) ? number : integer;
}

function readBytes(size) {
    const begin = take(size);
    return bytes.slice(begin, begin + size);
}

function readText(size) {
    const begin = take(size);
    if (size < SHORT_TEXT) {
        const text = ascii(begin, size);
        if (text !== null)
            return text;
    }
    try {
        return utf8.decode(bytes.subarray(begin, begin + size));
    } catch {
        at = begin;
        throw new MessagePackError("a text that is no UTF-8");
    }
}

/* The text; null where it has more than ASCII. */
function ascii(begin, size) {
    let text = "";
    for (let i = begin; i < begin + size; i++) {
        if (bytes[i] > 0x7f)
            return null;
        text += String.fromCharCode(bytes[i]);
    }
    return text;
}

/* Each element takes a byte at least: a length that cannot be true asks for no memory. */
function enter(n, size) {
    if (n * size > bytes.length - at)
        throw new MessagePackError("it ends too early for its lengths");
    if (++depth > MAX_DEPTH)
        throw new MessagePackError(`more than ${MAX_DEPTH} values within each other`);
}

function readArray(length) {
    enter(length, 1);
    const array = new Array(length);
    for (let i = 0; i < length; i++)
        array[i] = readValue();
    depth--;
    return array;
}

function readObject(length) {
    enter(length, 2);
    const object = new Plain();
    for (let i = 0; i < length; i++) {
        const key = readKey();
        const value = readValue();
        if (key === "__proto__") // a member like others, as JSON.parse has it
            Object.defineProperty(object, key,
                { value, enumerable: true, configurable: true, writable: true });
        else
            object[key] = value;
    }
    depth--;
    return object;
}

/* Names of members have at most 31 bytes, as a rule; others are read as any text. */
function readKey() {
    const type = bytes[take(1)];
    const size = type & 0x1f;
    const begin = at;
    const isShort = type >= 0xa0 && type < 0xc0;
    at--;
    if (!isShort && (type < 0xd9 || type > 0xdb))
        throw new MessagePackError("a member whose name is no text");
    if (!isShort || size === 0)
        return readValue();
    const slot = (size * 31 + bytes[begin] * 7 + bytes[begin + size - 1]) & 0xff;
    const known = keys[slot];
    if (known !== null && isAt(known.bytes, begin, size)) {
        at = begin + size;
        return known.text;
    }
    const text = readValue();
    keys[slot] = { text, bytes: bytes.slice(begin, begin + size) };
    return text;
}

function isAt(wanted, begin, size) {
    if (wanted.length !== size)
        return false;
    for (let i = 0; i < size; i++)
        if (wanted[i] !== bytes[begin + i])
            return false;
    return true;
}
