//! DNS block and allow lists (RFC 5782).

use serde::{Deserialize, Serialize};

/// One name or address asked at one list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    pub zone: String,
    pub subject: Subject,
    /// The address or name asked about.
    pub value: String,
    /// Where in the message it was found: `client`, `from`, `helo`, `dkim`, `link`, ...
    pub role: String,
    pub result: ListResult,
    /// The documented codes of the answer.
    pub codes: Vec<String>,
    /// What the codes mean, by the list's table.
    pub meanings: Vec<String>,
    /// The list's own TXT reason.
    pub reason: Option<String>,
    pub weight: Weight,
    /// Where to read about a listing, and how to get off.
    pub lookup: Option<String>,
    /// Why it is not determined.
    pub why: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    Ip,
    Domain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListResult {
    Listed,
    Clear,
    NotDetermined,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    Major,
    Minor,
    Info,
    Allow,
}
