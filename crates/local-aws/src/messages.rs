use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use serde::{Serialize, Serializer};

use crate::clock::rfc3339;

/// The messages that AWS would have sent by SMS or mail, oldest first. Also at
/// `GET /_local/messages?to=ADDRESS&username=NAME`, where both filters are optional.
#[derive(Debug, Default)]
pub struct Messages {
    sent: Mutex<Vec<Message>>,
}

/// One message with a code.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The mail address or the phone number.
    pub to: String,
    /// The user that it is for, by the real user name (not an alias).
    pub username: String,
    /// The user pool that sent it.
    pub user_pool_id: String,
    /// Mail or SMS.
    pub medium: Medium,
    /// Why it was sent.
    pub purpose: Purpose,
    /// The code, or the temporary password of an invitation.
    pub code: String,
    /// The time by the server's clock; RFC 3339 in JSON.
    #[serde(serialize_with = "as_rfc3339")]
    pub sent_at: SystemTime,
}

/// How a message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Medium {
    /// By mail.
    Email,
    /// To a phone.
    Sms,
}

/// Why a message was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Purpose {
    /// SignUp or ResendConfirmationCode: answer with ConfirmSignUp.
    SignUp,
    /// ForgotPassword: answer with ConfirmForgotPassword.
    ForgotPassword,
    /// GetUserAttributeVerificationCode or a changed address: answer with VerifyUserAttribute.
    VerifyAttribute,
    /// A second factor at sign-in.
    SignIn,
    /// AdminCreateUser: the temporary password.
    Invitation,
    /// A suspicious sign-in: answer with UpdateAuthEventFeedback, whose `FeedbackToken` is the code.
    SuspiciousSignIn,
}

impl Messages {
    /// Every message to this mail address or phone number, oldest first.
    pub fn to(&self, address: &str) -> Vec<Message> {
        self.sent().iter().filter(|message| message.to == address).cloned().collect()
    }

    /// The newest message to this mail address or phone number.
    pub fn last_to(&self, address: &str) -> Option<Message> {
        self.sent().iter().rev().find(|message| message.to == address).cloned()
    }

    /// Every message, oldest first.
    pub fn all(&self) -> Vec<Message> {
        self.sent().clone()
    }

    pub(crate) fn send(&self, message: Message) {
        tracing::info!(
            to = message.to,
            username = message.username,
            purpose = ?message.purpose,
            code = message.code,
            "message"
        );
        self.sent().push(message);
    }

    fn sent(&self) -> MutexGuard<'_, Vec<Message>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("to", &self.to)
            .field("username", &self.username)
            .field("user_pool_id", &self.user_pool_id)
            .field("medium", &self.medium)
            .field("purpose", &self.purpose)
            .field("sent_at", &self.sent_at)
            .finish_non_exhaustive()
    }
}

fn as_rfc3339<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rfc3339(*time))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(to: &str, code: &str) -> Message {
        Message {
            to: to.to_owned(),
            username: "ada".to_owned(),
            user_pool_id: "eu-west-1_AbCdEfGhI".to_owned(),
            medium: Medium::Email,
            purpose: Purpose::SignUp,
            code: code.to_owned(),
            sent_at: SystemTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_newest_message_to_an_address_is_found() {
        let messages = Messages::default();
        messages.send(message("ada@example.com", "111111"));
        messages.send(message("bob@example.com", "222222"));
        messages.send(message("ada@example.com", "333333"));

        let to_ada: Vec<_> = messages.to("ada@example.com").into_iter().map(|m| m.code).collect();
        assert_eq!(to_ada, ["111111", "333333"]);
        assert_eq!(messages.last_to("ada@example.com").map(|m| m.code).as_deref(), Some("333333"));
        assert_eq!(messages.last_to("eve@example.com"), None);
    }

    #[test]
    fn a_message_is_json_with_its_code_but_debug_hides_it() {
        let message = message("ada@example.com", "987654");
        let json = serde_json::to_value(&message).unwrap();
        assert_eq!(json["sentAt"], "1970-01-01T00:00:00Z");
        assert_eq!(json["medium"], "EMAIL");
        assert_eq!(json["purpose"], "signUp");
        assert_eq!(json["code"], "987654");
        assert!(!format!("{message:?}").contains("987654"));
    }
}
