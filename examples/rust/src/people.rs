//! Sign-up, sign-in with SRP, and an authenticator app.

use std::io::{BufRead, Write};

use anyhow::{Context, Result, bail};
use poolpass::{Challenge, Client, ErrorKind, MfaSetting, MfaSettings, SignInStep};

use crate::environment::Environment;
use crate::step_log::StepLog;

/// One user with two devices.
#[derive(Debug)]
pub(crate) struct People {
    pub(crate) laptop: Client,
    pub(crate) phone: Client,
    pub(crate) identity_id: String,
}

pub(crate) async fn sign_in(environment: &Environment, log: &mut StepLog) -> Result<People> {
    let (laptop, phone) = (environment.client()?, environment.client()?);
    match environment.user() {
        Some((user, password)) => {
            let step =
                log.step("sign in with SRP on the laptop", SRP, laptop.sign_in(user, password)).await?;
            answer_by_hand(step, log).await?;
            let step = log.step("sign in with SRP on the phone", SRP, phone.sign_in(user, password)).await?;
            answer_by_hand(step, log).await?;
        }
        None => newcomer(environment, &laptop, &phone, log).await?,
    }

    let attributes = log.step("ask who is signed in", "GetUser", laptop.account().attributes()).await?;
    println!("      {}, {}", attributes.username(), attributes.get("email").unwrap_or("no email"));
    let exchange = "GetId, GetCredentialsForIdentity";
    let credentials =
        log.step("exchange the ID token for AWS credentials", exchange, laptop.credentials()).await?;
    println!("      access key {}", credentials.access_key_id());
    let identity_id =
        log.step("know the identity behind them", "(known by now)", laptop.identity_id()).await?;
    println!("      {identity_id}");
    Ok(People { laptop, phone, identity_id })
}

const SRP: &str = "InitiateAuth, RespondToAuthChallenge";
const EMAIL: &str = "lovelace@example.com";
const USER: &str = "lovelace";
const PASSWORD: &str = "Difference-Engine-1";

/// Signs up, confirms the account, and sets up an authenticator app.
async fn newcomer(
    environment: &Environment,
    laptop: &Client,
    phone: &Client,
    log: &mut StepLog,
) -> Result<()> {
    let account = laptop.account();
    let sign_up = account.sign_up(USER, PASSWORD).attribute("email", EMAIL);
    log.step("sign up", "SignUp", sign_up).await?;
    let unconfirmed = [ErrorKind::UserNotConfirmed];
    log.refused("be refused before the email is confirmed", SRP, &unconfirmed, phone.sign_in(USER, PASSWORD))
        .await?;
    let code = environment.code_sent_to(EMAIL)?;
    log.step("confirm with the code from the mailbox", "ConfirmSignUp", account.confirm_sign_up(USER, &code))
        .await?;

    let wrong = [ErrorKind::NotAuthorized];
    log.refused("be refused with a wrong password", SRP, &wrong, phone.sign_in(USER, "Difference-Engine-2"))
        .await?;
    let signed_in = log.step("sign in with SRP on the phone", SRP, phone.sign_in(USER, PASSWORD)).await?;
    signed_in.done().context("no challenge was expected")?;

    let account = phone.account();
    let setup = log
        .step("enrol an authenticator app", "AssociateSoftwareToken", account.associate_software_token())
        .await?;
    println!("      {}", setup.otpauth_uri("Quickstart", USER).split('?').next().unwrap_or_default());
    let authenticator = Authenticator::new(setup.secret())?;
    let code = authenticator.code(0);
    let confirm = account.verify_software_token(&code, None);
    log.step("confirm it with a first code", "VerifySoftwareToken", confirm).await?;
    let prefer = account.set_mfa_preference(MfaSettings::new().software_token(MfaSetting::Preferred));
    log.step("make it the second factor", "SetUserMFAPreference", prefer).await?;

    let step = log.step("sign in with SRP on the laptop", SRP, laptop.sign_in(USER, PASSWORD)).await?;
    let Some(Challenge::SoftwareTokenMfa(challenge)) = step.challenge() else {
        bail!("SOFTWARE_TOKEN_MFA was expected")
    };
    // Cognito accepts each code only once; the next one is already valid.
    let code = authenticator.code(1);
    let answer = challenge.answer(&code);
    let signed_in =
        log.step("answer with the authenticator's code", "RespondToAuthChallenge", answer).await?;
    signed_in.done().context("no other challenge was expected")?;
    Ok(())
}

/// On AWS, the codes are on the user's own devices.
async fn answer_by_hand(mut step: SignInStep, log: &mut StepLog) -> Result<()> {
    const RESPOND: &str = "RespondToAuthChallenge";
    loop {
        let SignInStep::Challenge(challenge) = step else { return Ok(()) };
        print!("      {}: the code? ", challenge.name());
        std::io::stdout().flush()?;
        let mut code = String::new();
        std::io::stdin().lock().read_line(&mut code)?;
        step = match challenge {
            Challenge::SoftwareTokenMfa(challenge) => {
                log.step("answer", RESPOND, challenge.answer(&code)).await?
            }
            Challenge::SmsMfa(challenge) => log.step("answer", RESPOND, challenge.answer(&code)).await?,
            Challenge::EmailMfa(challenge) => log.step("answer", RESPOND, challenge.answer(&code)).await?,
            other => bail!("the quickstart cannot answer {}", other.name()),
        };
    }
}

/// The user's authenticator app.
struct Authenticator(totp_rs::Totp);

impl Authenticator {
    fn new(secret: &str) -> Result<Self> {
        let secret =
            totp_rs::Secret::try_from_base32(secret).ok().context("the TOTP secret is not base32")?;
        Ok(Self(totp_rs::Builder::new().with_secret(secret).build_noncompliant()))
    }

    /// The current code, or the code after this many steps of 30 seconds.
    #[expect(clippy::disallowed_methods, reason = "an authenticator has a clock of its own")]
    fn code(&self, later: u64) -> String {
        let now =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs();
        self.0.generate(now + 30 * later).to_string()
    }
}
