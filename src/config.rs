//! Parsed once into types; flags, `VAGLIO_*` environment and TOML say the same things.
