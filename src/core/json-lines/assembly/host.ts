/** 1 for a number whose digits a double does not give back. */
export declare function isInexact(from: usize, to: usize): u32;

/** Throws. */
export declare function outOfMemory(): void;
