//! Encryption: whose certificate is believed.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

use super::CannotConnect;
use crate::storage::url::{Authorities, Encryption};

/// How to begin an encrypted connection; none for a plain one.
pub(super) fn connect(demand: &Encryption) -> Result<Option<ClientConfig>, CannotConnect> {
    let provider = Arc::new(ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match demand {
        Encryption::Off => return Ok(None),
        Encryption::IfOffered | Encryption::Unverified => Arc::new(Anybody(provider.clone())),
        Encryption::VerifiedAuthority(authorities) => {
            Arc::new(AnyName(verifier(authorities, provider.clone())?))
        }
        Encryption::VerifiedHost(authorities) => verifier(authorities, provider.clone())?,
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|why| unfit(Path::new("(built in)"), &why))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(Some(config))
}

fn verifier(
    authorities: &Authorities,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, CannotConnect> {
    let (roots, path) = match authorities {
        Authorities::WellKnown => {
            let roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            (roots, Path::new("(built in)"))
        }
        Authorities::File(path) => (read(path)?, path.as_path()),
    };
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|why| unfit(path, &why))
}

fn read(path: &Path) -> Result<RootCertStore, CannotConnect> {
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(path).map_err(|why| unfit(path, &why))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|why| unfit(path, &why))?;
        roots.add(certificate).map_err(|why| unfit(path, &why))?;
    }
    if roots.is_empty() {
        return Err(unfit(path, &"it holds no certificate"));
    }
    Ok(roots)
}

fn unfit(path: &Path, why: &dyn std::fmt::Display) -> CannotConnect {
    CannotConnect::Authorities {
        path: path.to_owned(),
        why: why.to_string(),
    }
}

/// Believes whoever answers, as `prefer` and `no-verify` say; only that it holds the key of the
/// certificate it shows is checked.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Checks whose certificate it is and not which host it names, as `verify-ca` says.
#[derive(Debug)]
struct AnyName(Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified =
            self.0
                .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        // The name is looked at last: whoever fails by it has passed everything else.
        if let Err(Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        )) = verified
        {
            return Ok(ServerCertVerified::assertion());
        }
        verified
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
