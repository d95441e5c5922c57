//! Blobs: zstd frames with a checksum, so that a damaged row is noticed and never taken for a message.

use std::cell::RefCell;
use std::io::Read;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zstd::bulk::Compressor;

use super::StoreError;

/// Fast rather than small: it runs once a message, while the client waits for its 250.
const LEVEL: i32 = 1;
/// No report or session is larger; a damaged frame may claim to be.
const MOST_JSON: u64 = 64 << 20;

thread_local! {
    /// A context is half a megabyte: made once a thread.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

pub(super) fn pack(bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    COMPRESSOR
        .with_borrow_mut(|kept| {
            let compressor = match kept {
                Some(compressor) => compressor,
                None => {
                    let mut compressor = Compressor::new(LEVEL)?;
                    compressor.include_checksum(true)?;
                    kept.insert(compressor)
                }
            };
            compressor.compress(bytes)
        })
        .map_err(StoreError::Pack)
}

/// Gives back at most `most` octets; more, or a wrong checksum, is a corrupt row.
pub(super) fn unpack(packed: &[u8], most: u64) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    let decoder = zstd::stream::read::Decoder::with_buffer(packed).map_err(corrupt)?;
    decoder.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(corrupt)?;
    if bytes.len() as u64 > most {
        return Err(StoreError::Corrupt("longer than its stated size".to_owned()));
    }
    Ok(bytes)
}

pub(super) fn pack_json(value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    pack(&serde_json::to_vec(value).map_err(|error| StoreError::Pack(error.into()))?)
}

pub(super) fn unpack_json<T: DeserializeOwned>(packed: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(&unpack(packed, MOST_JSON)?).map_err(|error| StoreError::Corrupt(error.to_string()))
}

fn corrupt(error: std::io::Error) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_come_back() {
        for bytes in [&b""[..], b"\0\r\n.\n\xff", &[7u8; 100_000]] {
            assert_eq!(unpack(&pack(bytes).unwrap(), bytes.len() as u64).unwrap(), bytes);
        }
    }

    #[test]
    fn a_flipped_bit_anywhere_is_noticed() {
        let packed = pack(b"Subject: hello\r\n\r\nhello, hello, hello, hello, hello\r\n").unwrap();
        for at in 0..packed.len() {
            let mut damaged = packed.clone();
            damaged[at] ^= 0x10;
            // Some bits of the frame header mean nothing; then the content is whole.
            if let Ok(bytes) = unpack(&damaged, 1000) {
                assert_eq!(bytes, unpack(&packed, 1000).unwrap());
            }
        }
    }

    #[test]
    fn a_frame_longer_than_stated_is_corrupt() {
        assert!(matches!(unpack(&pack(&[0; 5000]).unwrap(), 4999), Err(StoreError::Corrupt(_))));
    }
}
