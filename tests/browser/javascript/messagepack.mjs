/* The decoder of MessagePack: node messagepack.mjs URL. Every form of the format, what is no MessagePack, and what a server
at URL answers, which must read as its JSON does. */
import assert from "node:assert/strict";
import { load } from "./module.mjs";

const { decode, MessagePackError } = await load("messagepack");
const { areEqual } = await load("encodings_measure");

const bytes = (...parts) => Uint8Array.from(parts.flat());
const utf8 = (text) => [...new TextEncoder().encode(text)];
const big = (size, value) => Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * (size - 1 - i))) & 255n));
const text = (length) => "x".repeat(length);

/* The value and how it may be written. */
const forms = [
    [null, [0xc0]], [false, [0xc2]], [true, [0xc3]],
    [0, [0x00]], [127, [0x7f]], [-1, [0xff]], [-32, [0xe0]],
    [255, [0xcc, 255]], [65535, [0xcd, 255, 255]], [4294967295, [0xce, 255, 255, 255, 255]],
    [-128, [0xd0, 0x80]], [-32768, [0xd1, 0x80, 0]], [-2147483648, [0xd2, 0x80, 0, 0, 0]],
    [Number.MAX_SAFE_INTEGER, [0xcf, big(8, 2n ** 53n - 1n)]], [2n ** 53n, [0xcf, big(8, 2n ** 53n)]],
    [2n ** 64n - 1n, [0xcf, big(8, 2n ** 64n - 1n)]], [-(2n ** 63n), [0xd3, big(8, 2n ** 63n)]],
    [-5, [0xd3, big(8, 2n ** 64n - 5n)]],
    [1.5, [0xca, 0x3f, 0xc0, 0, 0]], [0.1, [0xcb, big(8, 0x3fb999999999999an)]],
    ["", [0xa0]], ["serde", [0xa5, utf8("serde")]], ["ä🦀", [0xa6, utf8("ä🦀")]], ["\ufeff", [0xa3, utf8("\ufeff")]],
    [text(31), [0xbf, utf8(text(31))]], [text(200), [0xd9, 200, utf8(text(200))]],
    [text(300), [0xda, 1, 44, utf8(text(300))]], [text(70000), [0xdb, big(4, 70000n), utf8(text(70000))]],
    [bytes(1, 2), [0xc4, 2, 1, 2]], [bytes(3), [0xc5, 0, 1, 3]], [bytes(4), [0xc6, 0, 0, 0, 1, 4]],
    [[], [0x90]], [[1, [2]], [0x92, 1, 0x91, 2]], [[7], [0xdc, 0, 1, 7]], [[8], [0xdd, 0, 0, 0, 1, 8]],
    [{}, [0x80]], [{ a: 1, b: { a: 2 } }, [0x82, 0xa1, 97, 1, 0xa1, 98, 0x81, 0xa1, 97, 2]],
    [{ a: null }, [0xde, 0, 1, 0xa1, 97, 0xc0]], [{ a: "" }, [0xdf, 0, 0, 0, 1, 0xd9, 1, 97, 0xa0]],
    [{ "": 1, ä: 2 }, [0x82, 0xa0, 1, 0xa2, utf8("ä"), 2]],
    [JSON.parse('{"__proto__": 1}'), [0x81, 0xa9, utf8("__proto__"), 1]],
];
for (const [value, parts] of forms) {
    const written = bytes(...parts);
    assert.deepEqual(decode(written.buffer), value);
    /* Somewhere in a larger buffer, as parts of one are handed on. */
    const within = bytes(0xc1, [...written], 0xc1).subarray(1, written.length + 1);
    assert.deepEqual(decode(within), value);
    for (let size = 0; size < Math.min(written.length, 400); size++)
        assert.throws(() => decode(written.subarray(0, size)), MessagePackError, `${parts} cut to ${size}`);
    assert.throws(() => decode(bytes([...written], 0xc0)), MessagePackError, "bytes behind the value");
}

const faults = [
    [0xc1], [0xd4, 1, 0], [0xd8, 1, Array(16).fill(0)], [0xc7, 0, 1], [0xc8, 0, 0, 1], [0xc9, 0, 0, 0, 0, 1], // extensions
    [0x81, 1, 2], [0x81, 0xc0, 2], [0x81, 0x90, 2], [0x81, 0xc4, 0, 2], // names that are no text
    [0xa1, 0xff], [0xa2, 0xc3, 0x28], [0xa3, 0xed, 0xa0, 0x80], // no UTF-8
    [0xdd, 255, 255, 255, 255], [0xdf, 255, 255, 255, 255], [0xdb, 255, 255, 255, 255, 97], // lengths that cannot be true
    [Array(100_000).fill(0x91), 0xc0],
];
for (const fault of faults)
    assert.throws(() => decode(bytes(...fault)), MessagePackError, String(fault).slice(0, 40));
assert.deepEqual(decode(bytes(0x91, 0xa1, 97)), ["a"], "a fault leaves nothing behind");

const [url] = process.argv.slice(2);
const paths = [
    "/api/v1/crates?per_page=100&q=s", "/api/v1/crates?per_page=100&sort=new&facets=license&highlight=1&q=json",
    "/api/v1/crates?q=%C3%A4%F0%9F%A6%80", "/api/v1/summary", "/api/v1/crates/serde", "/api/v1/crates/serde/versions",
    "/api/v1/crates/serde/reverse_dependencies", "/api/v1/crates/serde/downloads", "/api/v1/suggest?q=se",
    "/api/v1/categories", "/api/v1/keywords", "/api/openapi.json",
];
async function ask(path, type) {
    const response = await fetch(url + path, { headers: { Accept: type } });
    assert.equal(response.headers.get("Content-Type"), type);
    return response.arrayBuffer();
}
for (const path of paths) {
    const json = JSON.parse(new TextDecoder().decode(await ask(path, "application/json")));
    const packed = decode(await ask(path, "application/msgpack"));
    assert.deepEqual(packed, json, path);
    assert.ok(areEqual(json, packed));
    /* areEqual is not so kind as to find everything equal. */
    const [name] = Object.keys(packed);
    for (const other of [{ ...packed, [name]: 1 }, { ...packed, more: 1 }, [packed], null, { [name]: packed[name], x: 0 }])
        assert.ok(!areEqual(json, other), path);
}
