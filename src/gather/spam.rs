//! Second opinions: SpamAssassin through spamd, and Rspamd.

use serde::{Deserialize, Serialize};

/// What a spam filter thinks of the message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpamReport {
    /// Name and version, as the program tells it.
    pub engine: String,
    /// Its own sum, its own sign: positive is spam.
    pub score: f64,
    /// Its threshold.
    pub required: f64,
    pub rules: Vec<SpamRule>,
    /// Rspamd's action, such as `add header`.
    pub action: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpamRule {
    pub name: String,
    pub score: f64,
    pub description: String,
}
