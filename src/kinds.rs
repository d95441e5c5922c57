//! Enums of words: each kind has a stable word for storage, and its text in the catalogues is called after it.

/// The enum, and `ALL` its kinds for the tests of the catalogues.
macro_rules! kinds {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $kind:ident,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$doc])* $kind,)*
        }

        impl $name {
            pub const ALL: &[$name] = &[$($name::$kind,)*];

            /// The kind's word, as it is stored and as its text is called.
            pub fn word(self) -> String {
                match serde_json::to_value(self) {
                    Ok(serde_json::Value::String(word)) => word,
                    _ => String::new(),
                }
            }
        }
    };
}

pub(crate) use kinds;
