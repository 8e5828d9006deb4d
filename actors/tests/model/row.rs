//! Rows that are cheap to clone, to compare and to hash: shared, with a 128-bit digest that is
//! computed once. A state of the search is a handful of pointers.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::rc::Rc;

/// 128 bits of two independent multiply-and-fold streams. The searches keep digests instead of
/// states; at a million states two of them collide with a chance of about 10⁻²⁷.
#[derive(Clone)]
pub struct Digest {
    one: u64,
    two: u64,
}

impl Digest {
    pub fn of(value: &impl Hash) -> u128 {
        let mut digest = Self {
            one: 0x9e37_79b9_7f4a_7c15,
            two: 0xc2b2_ae3d_27d4_eb4f,
        };
        value.hash(&mut digest);
        let mix = fold(
            digest.one ^ digest.two.rotate_left(32),
            0x1656_67b1_9e37_79f9,
        );
        (u128::from(digest.one ^ mix) << 64) | u128::from(digest.two.wrapping_add(mix))
    }

    const fn word(&mut self, word: u64) {
        self.one = fold(self.one ^ word, 0xa076_1d64_78bd_642f).wrapping_add(word);
        self.two = fold(self.two.rotate_left(29) ^ word, 0xe703_7ed1_a0b4_28db) ^ self.two;
    }
}

const fn fold(a: u64, b: u64) -> u64 {
    let product = (a as u128) * (b as u128);
    (product as u64) ^ ((product >> 64) as u64)
}

impl Hasher for Digest {
    fn finish(&self) -> u64 {
        self.one ^ self.two
    }
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0_u8; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.word(u64::from_le_bytes(word));
        }
        self.word(bytes.len() as u64 | 1 << 63);
    }
    fn write_u8(&mut self, n: u8) {
        self.word(u64::from(n));
    }
    fn write_u32(&mut self, n: u32) {
        self.word(u64::from(n));
    }
    fn write_u64(&mut self, n: u64) {
        self.word(n);
    }
    fn write_usize(&mut self, n: usize) {
        self.word(n as u64);
    }
    fn write_i64(&mut self, n: i64) {
        self.word(n as u64);
    }
    fn write_u128(&mut self, n: u128) {
        self.word(n as u64);
        self.word((n >> 64) as u64);
    }
}

/// A shared row.
pub struct Row<T>(Rc<(u128, T)>);

impl<T: Hash> Row<T> {
    pub fn new(value: T) -> Self {
        Self(Rc::new((Digest::of(&value), value)))
    }
}

impl<T> Clone for Row<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> Deref for Row<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0.1
    }
}

impl<T> Hash for Row<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(self.0.0);
    }
}

impl<T> PartialEq for Row<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.0 == other.0.0
    }
}

impl<T> Eq for Row<T> {}

impl<T: fmt::Debug> fmt::Debug for Row<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.1.fmt(f)
    }
}

/// A part of a state that most steps leave alone: cloned only when it is written.
#[derive(Clone, Hash, PartialEq, Eq, Debug)]
pub struct Shared<T>(Rc<T>);

impl<T> Shared<T> {
    pub fn new(value: T) -> Self {
        Self(Rc::new(value))
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> std::ops::DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Rc::make_mut(&mut self.0)
    }
}
