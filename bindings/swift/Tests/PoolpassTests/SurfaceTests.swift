import Foundation
import Poolpass
import XCTest

/// Whether Swift has what tests/surface.json says that every language has.
final class SurfaceTests: XCTestCase {
    func testEveryOperationIsThere() throws {
        let listed = try surface()["operations"].object ?? [:]
        let names = listed.flatMap { type, names in (names.array ?? []).compactMap(\.string).map { "\(type).\($0)" } }
        XCTAssertGreaterThan(names.count, 90)
        let offered = Set(Self.client.keys).union(Self.account.keys).union(Self.bucket.keys)
            .union(Self.table.keys).union(Self.conditions.keys).union(Self.challenges.keys).union(Self.errors.keys)
        XCTAssertEqual(Set(names).subtracting(offered), [], "Swift lacks these")
        XCTAssertEqual(offered.subtracting(names), [], "only Swift has these")
    }

    func testEveryOptionIsThere() throws {
        let listed = try surface()["options"].object ?? [:]
        let names = listed.flatMap { type, names in (names.array ?? []).compactMap(\.string).map { "\(type).\($0)" } }
        XCTAssertEqual(Set(names), Set(Self.options.keys))
    }

    func testEveryCaseIsThereAndNoOther() throws {
        let cases = try surface()["cases"]
        func listed(_ type: String) -> Set<String> { Set(cases[type].array?.compactMap(\.string) ?? []) }
        let ended = SessionEvent.sessionEnded(reason: .revoked)
        XCTAssertEqual(Set([.signedIn, .refreshed, ended, .signedOut, .identityChanged(from: "a", to: "b")].map(scenarioName)), listed("SessionEvent"))
        XCTAssertEqual(Set(SessionEndReason.allCases.map { "\($0)" }), listed("SessionEndReason"))
        XCTAssertEqual(Set(SignOut.allCases.map { "\($0)" }), listed("SignOut"))
        XCTAssertEqual(Set([MfaMethod.smsMfa, .softwareTokenMfa, .emailMfa, .other("other")].map { $0.code() }), listed("MfaMethod"))
        let providers: [IdentityProvider] = [.cognito, .google, .facebook, .signInWithApple, .loginWithAmazon, .other("other")]
        XCTAssertEqual(Set(providers.map { "\($0)".components(separatedBy: "(")[0] }), listed("IdentityProvider"))
        XCTAssertEqual(providers.map { IdentityProvider(name: $0.name()) }, providers)
        let logins: [LoginProvider] = [.google, .facebook, .apple, .amazon, .openId("x"), .saml("x"), .developer("x")]
        XCTAssertEqual(Set(logins.map { "\($0)".components(separatedBy: "(")[0] }), listed("LoginProvider"))
        let factors: [AuthFactor] = [.password, .passwordSrp, .emailOtp, .smsOtp, .webAuthn, .other("other")]
        XCTAssertEqual(Set(factors.map { $0.code() }), listed("AuthFactor"))
        XCTAssertEqual(Set(MfaSetting.allCases.map { "\($0)" }), listed("MfaSetting"))
        XCTAssertEqual(Set(AuthFlow.allCases.map { "\($0)" }), listed("AuthFlow"))
        XCTAssertEqual(Set(Authorization.allCases.map { "\($0)" }), listed("Authorization"))
        XCTAssertEqual(Set(ReturnValues.allCases.map { "\($0)" }), listed("ReturnValues"))
        // `described` switches over all of them, without a default.
        let challenges: [String: Any] = [
            "smsMfa": Challenge.smsMfa, "emailMfa": Challenge.emailMfa, "emailOtp": Challenge.emailOtp,
            "smsOtp": Challenge.smsOtp, "softwareTokenMfa": Challenge.softwareTokenMfa,
            "selectMfaType": Challenge.selectMfaType, "mfaSetup": Challenge.mfaSetup,
            "newPasswordRequired": Challenge.newPasswordRequired, "selectChallenge": Challenge.selectChallenge,
            "password": Challenge.password, "webAuthn": Challenge.webAuthn, "customChallenge": Challenge.customChallenge,
            "other": Challenge.other,
        ]
        XCTAssertEqual(Set(challenges.keys), listed("Challenge"))
    }

    func testEveryKindOfErrorIsThereAndNoOther() throws {
        let listed = try surface()["errorKinds"].array?.compactMap(\.string) ?? []
        XCTAssertGreaterThan(listed.count, 30)
        XCTAssertEqual(ErrorKind.allCases.map { $0.code() }, listed)
        XCTAssertEqual(ErrorKind.allCases.map { "\($0)" }, listed)
        let transient = try surface()["transientErrorKinds"].array?.compactMap(\.string) ?? []
        XCTAssertEqual(ErrorKind.allCases.filter { $0.isTransient() }.map { $0.code() }, transient)
    }

    private func surface() throws -> JSON {
        try JSON(contentsOf: repository.appendingPathComponent("tests/surface.json"))
    }

    // Each of these names is compiled: without the operation, this file does not compile.

    private static var client: [String: Any] {
        [
            "Client.accessToken": Client.accessToken,
            "Client.account": \Client.account,
            "Client.addLogin": Client.addLogin,
            "Client.adoptSession": Client.adoptSession,
            "Client.api": Client.api,
            "Client.autoSignIn": Client.autoSignIn,
            "Client.bucket": Client.bucket,
            "Client.classicFlow": Client.classicFlow,
            "Client.credentials": Client.credentials,
            "Client.currentUser": Client.currentUser,
            "Client.dynamodb": Client.table,
            "Client.events": Client.events,
            "Client.idToken": Client.idToken,
            "Client.handleRedirect": Client.handleRedirect,
            "Client.identityId": Client.identityId,
            "Client.logins": Client.logins,
            "Client.logoutUrl": Client.logoutUrl,
            "Client.pendingChallenge": Client.pendingChallenge,
            "Client.refresh": Client.refresh,
            "Client.removeLogin": Client.removeLogin,
            "Client.s3": Client.bucket,
            "Client.signIn": Client.signIn(username:password:flow:clientMetadata:),
            "Client.signInWithRedirect": Client.signInWithRedirect,
            "Client.signInWithUserAgent": signInWithUserAgent,
            "Client.signInWithoutPassword": Client.signInWithoutPassword,
            "Client.signOut": Client.signOut,
            "Client.signOutEverywhere": Client.signOutEverywhere,
            "Client.stepUp": Client.stepUp,
            "Client.table": Client.table,
            "Client.transactGet": Client.transactGet,
            "Client.transactWrite": Client.transactWrite,
            "Client.unlinkLogin": Client.unlinkLogin,
            "Client.withRole": Client.withRole,
        ]
    }

    private static var options: [String: Any] {
        [
            "AccountOptions.clientMetadata": Account.confirmSignUp(username:code:clientMetadata:),
            "QueryOptions.attributes": query,
            "QueryOptions.consistentRead": query,
            "QueryOptions.exclusiveStartKey": query,
            "QueryOptions.filter": query,
            "QueryOptions.indexName": query,
            "QueryOptions.pageSize": query,
            "CopyOptions.fromBucket": \CopyOptions.fromBucket,
            "CopyOptions.fromVersionId": \CopyOptions.fromVersionId,
            "CopyOptions.ifSourceMatches": \CopyOptions.ifSourceMatches,
            "CopyOptions.replace": \CopyOptions.replace,
            "GetOptions.ifMatch": \GetOptions.ifMatch,
            "GetOptions.ifModifiedSince": \GetOptions.ifModifiedSince,
            "GetOptions.ifNoneMatch": \GetOptions.ifNoneMatch,
            "GetOptions.ifUnmodifiedSince": \GetOptions.ifUnmodifiedSince,
            "GetOptions.range": \GetOptions.range,
            "GetOptions.versionId": \GetOptions.versionId,
            "ListOptions.continuationToken": \ListOptions.continuationToken,
            "ListOptions.delimiter": \ListOptions.delimiter,
            "ListOptions.pageSize": \ListOptions.pageSize,
            "ListOptions.startAfter": \ListOptions.startAfter,
            "PasswordlessSignInOptions.clientMetadata": Client.signInWithoutPassword(username:flow:preferred:clientMetadata:),
            "PasswordlessSignInOptions.flow": Client.signInWithoutPassword(username:flow:preferred:clientMetadata:),
            "PasswordlessSignInOptions.preferred": Client.signInWithoutPassword(username:flow:preferred:clientMetadata:),
            "PutOptions.cacheControl": \PutOptions.cacheControl,
            "PutOptions.contentDisposition": \PutOptions.contentDisposition,
            "PutOptions.contentEncoding": \PutOptions.contentEncoding,
            "PutOptions.contentLanguage": \PutOptions.contentLanguage,
            "PutOptions.contentType": \PutOptions.contentType,
            "PutOptions.ifAbsent": \PutOptions.ifAbsent,
            "PutOptions.ifMatch": \PutOptions.ifMatch,
            "PutOptions.kmsKeyId": \PutOptions.kmsKeyId,
            "PutOptions.metadata": \PutOptions.metadata,
            "PutOptions.serverSideEncryption": \PutOptions.serverSideEncryption,
            "PutOptions.storageClass": \PutOptions.storageClass,
            "RedirectOptions.acrValues": \RedirectOptions.acrValues,
            "RedirectOptions.customState": \RedirectOptions.customState,
            "RedirectOptions.idpIdentifier": \RedirectOptions.idpIdentifier,
            "RedirectOptions.lang": \RedirectOptions.lang,
            "RedirectOptions.loginHint": \RedirectOptions.loginHint,
            "RedirectOptions.maxAge": \RedirectOptions.maxAge,
            "RedirectOptions.nonce": \RedirectOptions.nonce,
            "RedirectOptions.prompt": \RedirectOptions.prompt,
            "RedirectOptions.provider": \RedirectOptions.provider,
            "RedirectOptions.scopes": \RedirectOptions.scopes,
            "SignUpOptions.attributes": signUp,
            "SignUpOptions.clientMetadata": signUp,
            "SignUpOptions.validationData": signUp,
        ]
    }

    private static var signInWithUserAgent: Any {
        { (client: Client, agent: SilentUserAgent) in try await client.signInWithUserAgent(agent, redirectUri: "my-app://") }
    }

    /// Names each option of a query and a scan.
    private static var query: Any {
        { (table: Table, condition: Condition) -> [PagedItems<Item>] in
            [
                table.query(
                    Item.self, keyCondition: condition, descending: true, filter: condition, attributes: [],
                    indexName: "index", consistentRead: true, pageSize: 1, exclusiveStartKey: [:]),
                table.scan(
                    Item.self, segment: nil, filter: condition, attributes: [], indexName: "index",
                    consistentRead: true, pageSize: 1, exclusiveStartKey: [:]),
            ]
        }
    }

    private static var signUp: Any { Account.signUp(username:password:attributes:validationData:clientMetadata:) }

    private static var account: [String: Any] {
        [
            "Account.attributes": Account.attributes,
            "Account.authFactors": Account.authFactors,
            "Account.revokeSession": Account.revokeSession,
            "Account.sessions": Account.sessions,
            "Account.changePassword": Account.changePassword,
            "Account.confirmForgotPassword": Account.confirmForgotPassword,
            "Account.confirmSignUp": Account.confirmSignUp,
            "Account.verifySoftwareToken": Account.verifySoftwareToken,
            "Account.deleteAttributes": Account.deleteAttributes,
            "Account.deletePasskey": Account.deletePasskey,
            "Account.deleteUser": Account.deleteUser,
            "Account.currentDeviceKey": Account.currentDeviceKey,
            "Account.device": Account.device,
            "Account.devices": Account.devices,
            "Account.doNotRememberDevice": Account.doNotRememberDevice,
            "Account.forgetDevice": Account.forgetDevice,
            "Account.rememberDevice": Account.rememberDevice,
            "Account.forgotPassword": Account.forgotPassword,
            "Account.mfaPreference": Account.mfaPreference,
            "Account.passkeys": Account.passkeys,
            "Account.registerPasskey": { (account: Account, authenticator: any Authenticator) async throws -> Void in
                try await account.registerPasskey(authenticator)
            },
            "Account.requestAttributeCode": Account.requestAttributeCode,
            "Account.resendConfirmationCode": Account.resendConfirmationCode,
            "Account.setMfaPreference": Account.setMfaPreference,
            "Account.signUp": Account.signUp,
            "Account.signUpWithoutPassword": Account.signUpWithoutPassword,
            "Account.startPasskeyRegistration": Account.startPasskeyRegistration,
            "Account.associateSoftwareToken": Account.associateSoftwareToken,
            "Account.updateAttributes": Account.updateAttributes,
            "Account.verifyAttribute": Account.verifyAttribute,
        ]
    }

    private static var bucket: [String: Any] {
        [
            "Bucket.abortUpload": Bucket.abortUpload,
            "Bucket.copy": Bucket.copy,
            "Bucket.delete": Bucket.delete,
            "Bucket.deleteMany": Bucket.deleteMany,
            "Bucket.get": Bucket.get,
            "Bucket.head": Bucket.head,
            "Bucket.inRegion": Client.bucket(_:region:),
            "Bucket.list": Bucket.list,
            "Bucket.name": \Bucket.name,
            "Bucket.presignGet": Bucket.presignGet,
            "Bucket.presignPut": Bucket.presignPut,
            "Bucket.privatePath": Bucket.privatePath,
            "Bucket.put": Bucket.put as (Bucket) -> (Data, String, PutOptions) async throws -> PutResult,
            "Bucket.resumeUpload": Bucket.resumeUpload,
            "Bucket.upload": Bucket.upload,
            "ListObjects.items": ListObjects.makeAsyncIterator,
            "ListObjects.page": ListObjects.page,
            "ListObjects.pages": ListObjects.pages,
        ]
    }

    private static var table: [String: Any] {
        [
            "Query.all": Query<Item>.all,
            "Query.count": Query<Item>.count,
            "Query.items": Query<Item>.makeAsyncIterator,
            "Query.page": Query<Item>.page,
            "Query.pages": Query<Item>.pages,
            "Scan.all": Scan<Item>.all,
            "Scan.count": Scan<Item>.count,
            "Scan.items": Scan<Item>.makeAsyncIterator,
            "Scan.page": Scan<Item>.page,
            "Scan.pages": Scan<Item>.pages,
            "Table.batchGet": Table.batchGet as (Table) -> (Item.Type, [Item], Bool, [Attribute]?) async throws -> [Item],
            "Table.batchWrite": Table.batchWrite as (Table) -> ([Item], [Item]) async throws -> Void,
            "Table.conditionCheck": TransactWrite.conditionCheck,
            "Table.delete": Table.delete as (Table) -> (Item, Condition?, Bool) async throws -> Void,
            "Table.get": Table.get as (Table) -> (Item.Type, Item, Bool, [Attribute]?) async throws -> Item?,
            "Table.name": \Table.name,
            "Table.put": Table.put as (Table) -> (Item, Condition?, Bool) async throws -> Void,
            "Table.query": { (table: Table) -> Query<Item> in
                table.query(Item.self, keyCondition: attribute("pk") == "a")
            },
            "Table.scan": { (table: Table) -> Scan<Item> in table.scan(Item.self) },
            "Table.update": Table.update as (Table) -> (Item, [Change], Condition?, Bool) async throws -> Void,
            "UpdateItem.add": Change.add,
            "UpdateItem.append": Change.append,
            "UpdateItem.deleteFromSet": Change.deleteFromSet,
            "UpdateItem.expression": Change.expression,
            "UpdateItem.remove": Change.remove,
            "UpdateItem.set": Change.set,
            "UpdateItem.setIfNotExists": Change.setIfNotExists,
        ]
    }

    private static var conditions: [String: Any] {
        [
            "Attribute.beginsWith": Attribute.beginsWith,
            "Attribute.between": Attribute.between,
            "Attribute.contains": Attribute.contains,
            "Attribute.element": Attribute.element,
            "Attribute.eq": { (place: Attribute) -> Condition in place == 1 },
            "Attribute.exists": Attribute.exists,
            "Attribute.ge": { (place: Attribute) -> Condition in place >= 1 },
            "Attribute.gt": { (place: Attribute) -> Condition in place > 1 },
            "Attribute.isIn": Attribute.isIn,
            "Attribute.le": { (place: Attribute) -> Condition in place <= 1 },
            "Attribute.lt": { (place: Attribute) -> Condition in place < 1 },
            "Attribute.member": Attribute.member,
            "Attribute.ne": { (place: Attribute) -> Condition in place != 1 },
            "Attribute.notExists": Attribute.notExists,
        ]
    }

    private static var errors: [String: Any] {
        [
            "CancellationReason.code": \CancellationReason.code,
            "CancellationReason.item": \CancellationReason.item,
            "CancellationReason.message": \CancellationReason.message,
            "Error.awsCode": \PoolpassError.awsCode,
            "Error.cancellationReasons": \PoolpassError.cancellationReasons,
            "Error.retryUrl": \PoolpassError.retryUrl,
            "Error.httpStatus": \PoolpassError.httpStatus,
            "Error.item": \PoolpassError.item,
            "Error.kind": \PoolpassError.kind,
            "Error.message": \PoolpassError.message,
            "Error.operation": \PoolpassError.operation,
            "Error.requestId": \PoolpassError.requestId,
            "Error.stepUp": \PoolpassError.stepUp,
            "StepUpRequirement.acrValues": \StepUpRequirement.acrValues,
            "StepUpRequirement.maxAge": \StepUpRequirement.maxAge,
            "ErrorKind.isTransient": ErrorKind.isTransient,
        ]
    }

    private static var challenges: [String: Any] {
        [
            "CustomChallenge.answer": CustomChallenge.answer,
            "CustomChallenge.parameters": \CustomChallenge.parameters,
            "EmailMfaChallenge.answer": EmailMfaChallenge.answer,
            "EmailMfaChallenge.destination": \EmailMfaChallenge.destination,
            "EmailOtpChallenge.answer": EmailOtpChallenge.answer,
            "EmailOtpChallenge.resend": EmailOtpChallenge.resend,
            "PasswordChallenge.answer": PasswordChallenge.answer,
            "SelectChallenge.answer": SelectChallenge.answer,
            "SelectChallenge.answerWithPassword": SelectChallenge.answerWithPassword,
            "SelectChallenge.available": \SelectChallenge.available,
            "SmsOtpChallenge.answer": SmsOtpChallenge.answer,
            "SmsOtpChallenge.destination": \SmsOtpChallenge.destination,
            "SmsOtpChallenge.resend": SmsOtpChallenge.resend,
            "WebAuthnChallenge.answer": WebAuthnChallenge.answer,
            "WebAuthnChallenge.requestOptions": \WebAuthnChallenge.requestOptions,
            "EmailOtpChallenge.destination": \EmailOtpChallenge.destination,
            "NewPasswordRequiredChallenge.answer": NewPasswordRequiredChallenge.answer,
            "NewPasswordRequiredChallenge.attributes": \NewPasswordRequiredChallenge.attributes,
            "NewPasswordRequiredChallenge.requiredAttributes": \NewPasswordRequiredChallenge.requiredAttributes,
            "OtherChallenge.answer": OtherChallenge.answer,
            "OtherChallenge.name": \OtherChallenge.name,
            "OtherChallenge.parameters": \OtherChallenge.parameters,
            "SelectMfaTypeChallenge.answer": SelectMfaTypeChallenge.answer,
            "SelectMfaTypeChallenge.methods": \SelectMfaTypeChallenge.methods,
            "MfaSetupChallenge.verifySoftwareToken": MfaSetupChallenge.verifySoftwareToken,
            "MfaSetupChallenge.methods": \MfaSetupChallenge.methods,
            "MfaSetupChallenge.setUpEmail": MfaSetupChallenge.setUpEmail,
            "MfaSetupChallenge.associateSoftwareToken": MfaSetupChallenge.associateSoftwareToken,
            "SmsMfaChallenge.answer": SmsMfaChallenge.answer,
            "SmsMfaChallenge.destination": \SmsMfaChallenge.destination,
            "SoftwareTokenMfaChallenge.answer": SoftwareTokenMfaChallenge.answer,
            "SoftwareTokenMfaChallenge.deviceName": \SoftwareTokenMfaChallenge.deviceName,
        ]
    }
}

/// Never comes back.
private struct SilentUserAgent: RedirectUserAgent {
    func authenticate(url: URL, redirectUri: String) async throws -> URL {
        throw UserAgentError(.unsupported, "there is no browser")
    }
}
