//! `vaglio backup`, `vaglio restore` and `vaglio migrate`: a store copied whole, while the service runs, back into its place, or
//! from one database to another.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
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
pub struct RestoreOptions {
    /// What `vaglio backup` wrote
    pub file: PathBuf,
    /// Where it shall be; stop the service first, and move away what is there
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
    // It holds the secret and other people's mail; SQLite fills an empty file, too.
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .with_context(|| file.display().to_string())?;
    let written = store.backup_to(file).await.with_context(|| file.display().to_string());
    if written.is_err() {
        let _ = std::fs::remove_file(file);
    }
    written?;
    store.close().await;
    Ok(format!("{database} is backed up to {}\n", file.display()))
}

pub async fn restore(options: RestoreOptions) -> ExitCode {
    done(put_back(&options.file, &options.database).await)
}

/// Opened and brought up to this version beside its place, and only then in it.
async fn put_back(file: &Path, database: &str) -> anyhow::Result<String> {
    let path = sqlite_path(database).context("a PostgreSQL store is restored with pg_restore")?;
    let beside = |end: &str| PathBuf::from(format!("{}{end}", path.display()));
    for end in ["", "-wal", "-shm"] {
        let there = beside(end);
        anyhow::ensure!(!there.exists(), "{}: is there; stop the service and move it away", there.display());
    }
    let mut begin = [0; 16];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut begin));
    read.with_context(|| file.display().to_string())?;
    anyhow::ensure!(&begin == b"SQLite format 3\0", "{}: is not a SQLite database", file.display());
    let aside = beside(".restored");
    let prepared = prepare(file, &aside).await;
    let placed = prepared.and_then(|()| std::fs::rename(&aside, path).with_context(|| path.display().to_string()));
    if placed.is_err() {
        let _ = std::fs::remove_file(&aside);
    }
    placed.map(|()| format!("{database} is restored from {}\n", file.display()))
}

async fn prepare(file: &Path, aside: &Path) -> anyhow::Result<()> {
    std::fs::copy(file, aside).with_context(|| aside.display().to_string())?;
    open(&format!("sqlite://{}", aside.display())).await?.close().await;
    // The service's user is the folder's, and root restores.
    let folder = aside.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let owner = std::fs::metadata(folder)?;
    std::os::unix::fs::chown(aside, Some(owner.uid()), Some(owner.gid())).with_context(|| aside.display().to_string())
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
    if let Some(path) = sqlite_path(url) {
        anyhow::ensure!(path.exists(), "database {url}: there is no such file");
    }
    open(url).await
}

/// The file of a SQLite store.
pub fn sqlite_path(url: &str) -> Option<&Path> {
    let path = url.strip_prefix("sqlite://")?.split('?').next()?;
    Some(Path::new(path))
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
        assert_eq!(std::fs::metadata(&file).unwrap().mode() & 0o777, 0o600, "nobody else reads the secret");
        assert_eq!(open(&url("b.db")).await.unwrap().secret().await.unwrap(), secret);
        assert!(write_backup(&url("a.db"), &file).await.unwrap_err().to_string().contains("already"));
        assert!(write_backup(&url("typo.db"), &folder.path().join("c.db")).await.is_err());
        assert!(!folder.path().join("typo.db").exists());
        bring_up(&url("a.db"), Some(&url("d.db"))).await.unwrap();
        assert_eq!(open(&url("d.db")).await.unwrap().secret().await.unwrap(), secret);
    }

    #[tokio::test]
    async fn a_backup_is_restored_where_nothing_is_and_nothing_else_is_taken_for_one() {
        use std::os::unix::fs::chown;

        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let url = |name: &str| format!("sqlite://{}", at(name).display());
        let store = open(&url("a.db")).await.unwrap();
        let secret = store.secret().await.unwrap();
        write_backup(&url("a.db"), &at("copy")).await.unwrap();
        store.close().await;
        let error = put_back(&at("copy"), &url("a.db")).await.unwrap_err().to_string();
        assert!(error.contains("move it away"), "a store in use is not written over: {error}");

        // Where the test runs as root, the folder is another's, as the service's is.
        std::fs::create_dir(at("service")).unwrap();
        let _ = chown(at("service"), Some(65_534), None);
        put_back(&at("copy"), &url("service/a.db")).await.unwrap();
        let owner = |name: &str| std::fs::metadata(at(name)).unwrap().uid();
        assert_eq!(owner("service/a.db"), owner("service"), "the service can write to it");
        assert_eq!(open(&url("service/a.db")).await.unwrap().secret().await.unwrap(), secret);

        std::fs::write(at("text"), "no database at all").unwrap();
        for wrong in ["text", "missing"] {
            assert!(put_back(&at(wrong), &url("b.db")).await.is_err(), "{wrong}");
        }
        assert!(put_back(&at("copy"), "postgres://db/vaglio").await.unwrap_err().to_string().contains("pg_restore"));
        let mut left: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["a.db", "copy", "service", "text"], "nothing is left behind");
    }

    #[test]
    fn a_password_is_not_shown() {
        assert_eq!(shown("postgres://vaglio:secret@db/vaglio"), "postgres://vaglio@db/vaglio");
        assert_eq!(shown("sqlite://vaglio.db"), "sqlite://vaglio.db");
    }
}
