/** Bytes whose text is hexadecimal (dlt: `HexBytes`): `0xdeadbeef` where other bytes are base64. */
export class HexBytes extends Uint8Array {
  /** Parses hexadecimal digits, with or without `0x`. Throws RangeError. */
  static parse(text: string): HexBytes {
    const digits = text.replace(/^0x/i, "");
    if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) throw new RangeError(`Not hexadecimal bytes: ${JSON.stringify(text)}.`);
    return new HexBytes(Buffer.from(digits, "hex"));
  }

  override toString(): string {
    return `0x${Buffer.from(this.buffer, this.byteOffset, this.byteLength).toString("hex")}`;
  }

  toJSON(): string {
    return this.toString();
  }
}
