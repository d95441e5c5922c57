//! The only prose: Fluent catalogues, English and Italian, one file a family (`src/lang/<lang>/<family>.ftl`).

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    #[default]
    En,
    It,
}
