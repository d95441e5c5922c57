//! Fetches the links of a message, guarded against requests into private networks.

use serde::{Deserialize, Serialize};

/// One distinct URL of the message and where it led.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// As written in the message.
    pub url: String,
    /// Where it led after redirects; `None` when it was not fetched.
    #[serde(rename = "final")]
    pub final_url: Option<String>,
    pub result: LinkResult,
    pub status: Option<u16>,
    /// Every hop after the first, in order.
    pub hops: Vec<String>,
    pub ms: Option<u32>,
    /// Content length of an image, octets.
    pub size: Option<u64>,
    /// Why it was refused, broken or not determined: a short word such as `private_address`, `redirect_loop`, `timeout`.
    pub why: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkResult {
    Ok,
    Broken,
    Redirected,
    /// Not fetched, since it points where we must not go.
    Refused,
    NotDetermined,
}
