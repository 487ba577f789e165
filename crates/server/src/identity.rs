//! Which identity provider an installation trusts, and how it is spoken to: profiles of a country
//! (`config/france/identity.toml`) and the installation's own file with address and keys. Nothing is read or asked for here.

use std::collections::BTreeMap;

use serde::Deserialize;

/// How a kind of provider is spoken to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Scopes asked for.
    pub scopes: Vec<String>,
    /// Whether it takes PKCE (RFC 7636).
    pub pkce: bool,
    /// Where it takes the client's secret.
    pub secret_in: SecretIn,
    /// Whether the userinfo is read, and how.
    pub userinfo: UserInfo,
    /// How it is asked for a fresh sign-in.
    pub step_up: StepUp,
    /// The `claims` parameter, JSON, where it takes one.
    pub claims: Option<String>,
    /// The levels that are enough; empty for any.
    #[serde(default)]
    pub acr: Vec<String>,
    /// The level asked for.
    pub ask_acr: Option<String>,
    /// Claims that make the name, in order.
    pub name: Vec<String>,
    /// The claim with the address for letters.
    pub email: String,
}

/// Where a provider takes the client's secret.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum SecretIn {
    /// `client_secret_basic`.
    Header,
    /// `client_secret_post`.
    Body,
}

/// Whether the userinfo is read, and how.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum UserInfo {
    /// It is not: the ID token says it all.
    None,
    /// As JSON.
    Plain,
    /// As a signed JWT (RS256), and no other way.
    Signed,
}

/// How a provider is asked for a fresh sign-in. Either way `auth_time` has to show it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum StepUp {
    /// It cannot be.
    None,
    /// By `max_age`.
    MaxAge,
    /// By `prompt=login`.
    Prompt,
}

/// What no log shows.
#[derive(Clone)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A provider that an installation trusts.
#[derive(Clone, Debug)]
pub struct Provider {
    /// As people call it.
    pub name: String,
    /// Its address, exactly as it names itself.
    pub issuer: String,
    /// What it knows this installation by.
    pub client_id: String,
    /// What this installation proves itself with.
    pub client_secret: Option<Secret>,
    /// The kinds of proof of which one is enough (`amr`); empty for any.
    pub amr: Vec<String>,
    /// Certificates beside the usual ones, PEM.
    pub certificates: Option<String>,
    /// How it is spoken to.
    pub profile: Profile,
}

/// The providers of an installation.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Vouches for agents.
    pub staff: Option<Provider>,
    /// Vouches for who files a complaint.
    pub complaint: Option<Provider>,
}

/// Why the files about providers are not used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// A file is not of this form.
    #[error("{file} cannot be read")]
    Form {
        /// Which.
        file: &'static str,
        /// Why.
        #[source]
        source: toml::de::Error,
    },
    /// There is no profile of this name.
    #[error("there is no profile {name} in identity.toml")]
    NoProfile {
        /// The name.
        name: String,
    },
    /// An address that anybody between could answer for.
    #[error("the issuer {issuer} is neither https nor on this machine")]
    Open {
        /// The address.
        issuer: String,
    },
    /// A file that is named could not be read.
    #[error("{path} cannot be read")]
    File {
        /// Where.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Profiles {
    profiles: BTreeMap<String, Profile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Installation {
    staff: Option<Named>,
    complaint: Option<Named>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    profile: String,
    name: String,
    issuer: String,
    client_id: String,
    client_secret_file: Option<String>,
    certificates_file: Option<String>,
    #[serde(default)]
    amr: Vec<String>,
}

impl Identity {
    /// Puts a country's profiles and an installation's file together; `read` gives the text of a file the latter names.
    ///
    /// # Errors
    /// What is wrong with which file.
    pub fn parse(
        profiles: &str,
        installation: &str,
        read: impl Fn(&str) -> std::io::Result<String>,
    ) -> Result<Self, IdentityError> {
        let form = |file| move |source| IdentityError::Form { file, source };
        let profiles: Profiles = toml::from_str(profiles).map_err(form("identity.toml"))?;
        let named: Installation =
            toml::from_str(installation).map_err(form("the installation's file"))?;
        let provider = |named: Option<Named>| {
            let made = named.map(|named| named.provider(&profiles, &read));
            made.transpose()
        };
        Ok(Self {
            staff: provider(named.staff)?,
            complaint: provider(named.complaint)?,
        })
    }
}

impl Named {
    fn provider(
        self,
        profiles: &Profiles,
        read: &impl Fn(&str) -> std::io::Result<String>,
    ) -> Result<Provider, IdentityError> {
        if !is_safe(&self.issuer) {
            return Err(IdentityError::Open {
                issuer: self.issuer,
            });
        }
        let read = |path: Option<String>| {
            let text =
                path.map(|path| read(&path).map_err(|source| IdentityError::File { path, source }));
            text.transpose()
        };
        let Some(profile) = profiles.profiles.get(&self.profile) else {
            return Err(IdentityError::NoProfile { name: self.profile });
        };
        Ok(Provider {
            name: self.name,
            issuer: self.issuer,
            client_id: self.client_id,
            client_secret: read(self.client_secret_file)?
                .map(|secret| Secret(secret.trim().to_owned())),
            amr: self.amr,
            certificates: read(self.certificates_file)?,
            profile: profile.clone(),
        })
    }
}

/// Whether nobody between can answer for an address.
fn is_safe(issuer: &str) -> bool {
    let here = ["http://127.0.0.1:", "http://[::1]:", "http://localhost:"];
    issuer.starts_with("https://") || here.iter().any(|here| issuer.starts_with(here))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILES: &str = include_str!("../../../config/france/identity.toml");

    fn parse(installation: &str) -> Result<Identity, IdentityError> {
        Identity::parse(PROFILES, installation, |path| match path {
            "secret" => Ok("hidden\n".to_owned()),
            _ => Err(std::io::ErrorKind::NotFound.into()),
        })
    }

    fn staff(profile: &str, issuer: &str, secret: &str) -> String {
        format!(
            "[staff]\nprofile = {profile:?}\nname = \"P\"\nissuer = {issuer:?}\nclient_id = \"id\"\nclient_secret_file = {secret:?}\n"
        )
    }

    #[test]
    fn an_installation_names_a_provider_of_a_profile() {
        let found = parse(&staff("proconnect", "https://idp.example", "secret")).unwrap();
        let provider = found.staff.unwrap();
        assert!(!provider.profile.pkce);
        assert_eq!(provider.profile.userinfo, UserInfo::Signed);
        assert_eq!(provider.client_secret.as_ref().unwrap().0, "hidden");
        assert!(!format!("{provider:?}").contains("hidden"));
        assert!(found.complaint.is_none());
        for profile in ["generic", "franceconnect"] {
            parse(&staff(profile, "http://localhost:3000", "secret")).unwrap();
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (installation, expected) in [
            (
                staff("other", "https://idp.example", "secret"),
                "no profile other",
            ),
            (
                staff("generic", "http://idp.example", "secret"),
                "neither https nor",
            ),
            (
                staff("generic", "http://localhost.example:1", "secret"),
                "neither https nor",
            ),
            (
                staff("generic", "https://idp.example", "gone"),
                "gone cannot be read",
            ),
            ("[staff]\nbogus = 1".to_owned(), "installation's file"),
        ] {
            let error = parse(&installation).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
