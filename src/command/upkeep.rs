//! `vaglio backup` and `vaglio migrate`: a store copied whole, while the service runs or from one database to another.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;

use super::{fail, print};
use crate::store::{Options, Store};

#[derive(Args, Clone, Debug)]
pub struct BackupOptions {
    /// The new file; it must not exist
    pub file: PathBuf,
    /// The store to copy
    #[arg(long, value_name = "URL", env = "VAGLIO_DATABASE", default_value = "sqlite://vaglio.db")]
    pub database: String,
}

#[derive(Args, Clone, Debug)]
pub struct MigrateOptions {
    /// The store to bring up to this version
    #[arg(long, value_name = "URL", env = "VAGLIO_DATABASE", default_value = "sqlite://vaglio.db")]
    pub database: String,
    /// Copy it into this empty one as well, of either kind; stop the service first
    #[arg(long, value_name = "URL")]
    pub to: Option<String>,
}

pub async fn backup(options: BackupOptions) -> ExitCode {
    done(write_backup(&options.database, &options.file).await)
}

async fn write_backup(database: &str, file: &Path) -> anyhow::Result<String> {
    let store = open_existing(database).await?;
    anyhow::ensure!(!file.exists(), "{}: is there already", file.display());
    store.backup_to(file).await.with_context(|| file.display().to_string())?;
    store.close().await;
    Ok(format!("{database} is backed up to {}\n", file.display()))
}

pub async fn migrate(options: MigrateOptions) -> ExitCode {
    done(bring_up(&options.database, options.to.as_deref()).await)
}

async fn bring_up(database: &str, to: Option<&str>) -> anyhow::Result<String> {
    let store = match to {
        Some(_) => open_existing(database).await?,
        None => open(database).await?,
    };
    let mut said = format!("{} is of this version\n", shown(database));
    if let Some(to) = to {
        let other = open(to).await?;
        let rows = store.copy_to(&other).await.with_context(|| shown(to))?;
        said = format!("{rows} rows copied to {}; start the service with --database and that\n", shown(to));
        other.close().await;
    }
    store.close().await;
    Ok(said)
}

async fn open(url: &str) -> anyhow::Result<Store> {
    Store::open(url, Options::default()).await.with_context(|| format!("database {}", shown(url)))
}

/// A mistyped name must not give an empty store.
async fn open_existing(url: &str) -> anyhow::Result<Store> {
    if let Some(path) = url.strip_prefix("sqlite://") {
        let path = path.split('?').next().unwrap_or_default();
        anyhow::ensure!(Path::new(path).exists(), "database {url}: there is no such file");
    }
    open(url).await
}

/// The URL without a password.
pub fn shown(database: &str) -> String {
    match url::Url::parse(database) {
        Ok(mut url) if url.password().is_some() => {
            let _ = url.set_password(None);
            url.to_string()
        }
        _ => database.to_owned(),
    }
}

fn done(result: anyhow::Result<String>) -> ExitCode {
    match result {
        Ok(said) => {
            print(&said);
            ExitCode::SUCCESS
        }
        Err(error) => fail(&error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_backup_opens_with_the_same_secret_and_never_overwrites() {
        let folder = tempfile::tempdir().unwrap();
        let url = |name: &str| format!("sqlite://{}", folder.path().join(name).display());
        let store = open(&url("a.db")).await.unwrap();
        let secret = store.secret().await.unwrap();
        let file = folder.path().join("b.db");
        write_backup(&url("a.db"), &file).await.unwrap();
        assert_eq!(open(&url("b.db")).await.unwrap().secret().await.unwrap(), secret);
        assert!(write_backup(&url("a.db"), &file).await.unwrap_err().to_string().contains("already"));
        assert!(write_backup(&url("typo.db"), &folder.path().join("c.db")).await.is_err());
        assert!(!folder.path().join("typo.db").exists());
        bring_up(&url("a.db"), Some(&url("d.db"))).await.unwrap();
        assert_eq!(open(&url("d.db")).await.unwrap().secret().await.unwrap(), secret);
    }

    #[test]
    fn a_password_is_not_shown() {
        assert_eq!(shown("postgres://vaglio:secret@db/vaglio"), "postgres://vaglio@db/vaglio");
        assert_eq!(shown("sqlite://vaglio.db"), "sqlite://vaglio.db");
    }
}
