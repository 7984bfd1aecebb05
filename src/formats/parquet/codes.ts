/** Numbers that the Parquet format gives to its words (`parquet.thrift`); only those that we write. */
export const physicalType = { boolean: 0, int32: 1, int64: 2, double: 5, byteArray: 6, fixedLengthByteArray: 7 } as const;

export const convertedType = { utf8: 0, decimal: 5, date: 6, timeMicros: 8, timestampMillis: 9, timestampMicros: 10, json: 19 } as const;

export const encoding = { plain: 0, rle: 3, dictionary: 8 } as const;

export const pageType = { data: 0, dictionary: 2 } as const;

export const codec = { uncompressed: 0, snappy: 1, gzip: 2, brotli: 4, zstd: 6 } as const;

export const repetition = { optional: 1 } as const;

export type Encoding = (typeof encoding)[keyof typeof encoding];
