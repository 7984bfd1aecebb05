// What the kernel asks its host for: `kernel.ts` answers. All of it is called in the middle of `shred`, and may call back.

/** Something is met for the first time: the host fills in the slot of the key for this class of values. 0: only the reference can decide. */
export declare function fault(key: u32, valueClass: u32, from: usize, to: usize): u32;

/** A value that the host coerces and appends to the row. 0: the row needs the reference. */
export declare function hostValue(key: u32, from: usize, to: usize, row: u32): u32;

/** The key of this spelling (without its quotes) at a place; 0: nobody knows it yet. */
export declare function findKey(place: u32, from: usize, bytes: u32): usize;

/** The key that elements of a list stand under, which have none of their own: of lists in lists, or of values. 0 as above. */
export declare function elementKey(list: u32, isList: u32): usize;

/** A row of the table of the unit is left to the reference. */
export declare function referenceRow(from: usize, to: usize): void;

/** A number that needs exact arithmetic. */
export declare function slowNumber(from: usize, to: usize): f64;

/** The random bytes are used up. */
export declare function moreRandomBytes(): void;

/** Memory grew: views of the host are void. */
export declare function memoryGrew(): void;

/** Throws. */
export declare function outOfMemory(): void;
