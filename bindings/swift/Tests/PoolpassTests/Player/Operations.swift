import Foundation
import Poolpass

typealias Operation = @Sendable (Driver, Arguments) async throws -> JSON

/// The operations of tests/scenarios/README.md.
let operations: [String: Operation] = session
    .merging(accounts) { first, _ in first }
    .merging(passkeys) { first, _ in first }
    .merging(redirects) { first, _ in first }
    .merging(logins) { first, _ in first }
    .merging(objects) { first, _ in first }
    .merging(items) { first, _ in first }
    .merging(others) { first, _ in first }

private let others: [String: Operation] = [
    "restart": { driver, _ in
        try driver.restart()
        return .null
    },
    "events": { driver, _ in .of(await driver.takeEvents()) },
    "fetch": { _, with in
        let method = with.maybeText("method") ?? "GET"
        let answer = try await HTTP.send(method, try with.text("url"), body: with.maybeText("body"))
        return ["status": .of(answer.status), "body": .string(answer.body)]
    },
    "api.presign": { driver, with in
        described(
            try await driver.client.api(with.maybeText("service") ?? "execute-api").presign(
                ApiRequest("GET", try with.text("url")), expiresIn: TimeInterval(try with.int("expiresIn")),
                sessionTokenAfterSigning: with["sessionTokenAfterSigning"] == true))
    },
    "api.request": { driver, with in
        var request = ApiRequest(with.maybeText("method") ?? "GET", try with.text("url"))
        request.body = with.maybeText("body").map { Data($0.utf8) }
        request.authorization =
            switch with.maybeText("authorization") {
            case nil, "iam": .iam
            case "idToken": .idToken
            case "accessToken": .accessToken
            case "loadBalancerSession": .loadBalancerSession
            case let other?: throw Mismatch("there is no authorization called \(other)")
            }
        request.headers = with["headers"].strings.map { (name: $0.key, value: $0.value) }
        request.bearer = with["bearer"] == true
        let answer = try await driver.client.api().request(request)
        return ["status": .of(answer.status), "body": .string(try await answer.text())]
    },
]

private let session: [String: Operation] = [
    "signIn": { driver, with in
        let step = try await driver.client.signIn(
            username: try with.text("username"), password: try with.text("password"), flow: try flow(with) ?? .userSrpAuth,
            clientMetadata: with["clientMetadata"].strings)
        return outcome(driver, step)
    },
    "signInWithoutPassword": { driver, with in
        let step = try await driver.client.signInWithoutPassword(
            username: try with.text("username"), flow: try flow(with) ?? .userAuth,
            preferred: with.maybeText("preferred").map { AuthFactor(code: $0) },
            clientMetadata: with["clientMetadata"].strings)
        return outcome(driver, step)
    },
    "autoSignIn": { driver, _ in outcome(driver, try await driver.client.autoSignIn()) },
    "challenge.resend": { driver, _ in
        switch try await driver.challenge() {
        case .emailOtp(let challenge): outcome(driver, try await challenge.resend())
        case .smsOtp(let challenge): outcome(driver, try await challenge.resend())
        default: throw Mismatch("no code of this challenge can be sent again")
        }
    },
    "challenge.answerWithPassword": { driver, with in
        guard case .selectChallenge(let challenge) = try await driver.challenge() else { throw Mismatch("it is no SELECT_CHALLENGE") }
        return outcome(driver, try await challenge.answerWithPassword(try with.text("password")))
    },
    "challenge.answer": { driver, with in
        let challenge = try await driver.challenge()
        if case .webAuthn(let challenge) = challenge, with["authenticator"] != .null {
            return outcome(driver, try await challenge.answerWith(LocalAuthenticator(driver, with)))
        }
        return outcome(driver, try await answer(challenge, with))
    },
    "challenge.associateSoftwareToken": { driver, _ in
        guard case .mfaSetup(let challenge) = try await driver.challenge() else { throw Mismatch("it is no MFA_SETUP") }
        return described(try await challenge.associateSoftwareToken())
    },
    "challenge.verifySoftwareToken": { driver, with in
        outcome(driver, try await answer(try await driver.challenge(), with))
    },
    "pendingChallenge": { driver, _ in try await driver.client.pendingChallenge().map(described) ?? .null },
    "currentUser": { driver, _ in try await driver.client.currentUser().map(described) ?? .null },
    "idToken": { driver, _ in ["claims": described(try await driver.client.idToken().claims)] },
    "accessToken": { driver, _ in ["claims": described(try await driver.client.accessToken().claims)] },
    "refresh": { driver, _ in described(try await driver.client.refresh()) },
    "stepUp": { driver, with in
        let step = try await driver.client.stepUp(
            try with.text("level"), maxAge: with.maybeInt("maxAge").map { TimeInterval($0) },
            clientMetadata: with["clientMetadata"].strings)
        return outcome(driver, step)
    },
    "adoptSession": { driver, with in
        var tokens = SessionTokens(
            idToken: try with.text("idToken"), accessToken: try with.text("accessToken"),
            refreshToken: try with.text("refreshToken"))
        if with["device"] != .null {
            let device = Arguments(with["device"])
            tokens.device = DeviceTokens(
                key: try device.text("key"), groupKey: try device.text("groupKey"), password: try device.text("password"))
        }
        return described(try await driver.client.adoptSession(tokens))
    },
    "signOut": { driver, with in
        let outcome = try await driver.client.signOut(associated: with["associated"] == .bool(true))
        return .string("\(outcome)")
    },
    "signOutEverywhere": { driver, _ in
        try await driver.client.signOutEverywhere()
        return .null
    },
    "identityId": { driver, _ in .string(try await driver.client.identityId()) },
    "credentials": { driver, _ in
        let credentials = try await driver.client.credentials()
        return [
            "accessKeyId": .string(credentials.accessKeyId),
            "expiration": .of(credentials.expiration.map { ISO8601DateFormatter().string(from: $0) }),
        ]
    },
]

private let accounts: [String: Operation] = [
    "account.signUp": { driver, with in
        let done = try await driver.client.account.signUp(
            username: try with.text("username"), password: try with.text("password"),
            attributes: with["attributes"].strings, validationData: with["validationData"].strings,
            clientMetadata: with["clientMetadata"].strings)
        return [
            "confirmed": .bool(done.confirmed), "sub": .string(done.sub),
            "codeDeliveryDetails": described(done.codeDeliveryDetails),
        ]
    },
    "account.signUpWithoutPassword": { driver, with in
        let done = try await driver.client.account.signUpWithoutPassword(
            username: try with.text("username"), attributes: with["attributes"].strings)
        return [
            "confirmed": .bool(done.confirmed), "sub": .string(done.sub),
            "codeDeliveryDetails": described(done.codeDeliveryDetails),
        ]
    },
    "account.confirmSignUp": { driver, with in
        try await driver.client.account.confirmSignUp(
            username: try with.text("username"), code: try with.text("code"), clientMetadata: with["clientMetadata"].strings)
        return .null
    },
    "account.resendConfirmationCode": { driver, with in
        described(
            try await driver.client.account.resendConfirmationCode(
                username: try with.text("username"), clientMetadata: with["clientMetadata"].strings))
    },
    "account.forgotPassword": { driver, with in
        described(
            try await driver.client.account.forgotPassword(
                username: try with.text("username"), clientMetadata: with["clientMetadata"].strings))
    },
    "account.confirmForgotPassword": { driver, with in
        try await driver.client.account.confirmForgotPassword(
            username: try with.text("username"), code: try with.text("code"), newPassword: try with.text("newPassword"),
            clientMetadata: with["clientMetadata"].strings)
        return .null
    },
    "account.changePassword": { driver, with in
        try await driver.client.account.changePassword(
            previousPassword: try with.text("previousPassword"), proposedPassword: try with.text("proposedPassword"))
        return .null
    },
    "account.attributes": { driver, _ in .object(try await driver.client.account.attributes().mapValues(JSON.string)) },
    "account.updateAttributes": { driver, with in
        .array(try await driver.client.account.updateAttributes(with["attributes"].strings).map { described($0) })
    },
    "account.deleteAttributes": { driver, with in
        try await driver.client.account.deleteAttributes(with["names"].array?.compactMap(\.string) ?? [])
        return .null
    },
    "account.requestAttributeCode": { driver, with in
        described(try await driver.client.account.requestAttributeCode(try with.text("name")))
    },
    "account.verifyAttribute": { driver, with in
        try await driver.client.account.verifyAttribute(try with.text("name"), code: try with.text("code"))
        return .null
    },
    "account.associateSoftwareToken": { driver, _ in described(try await driver.client.account.associateSoftwareToken()) },
    "account.verifySoftwareToken": { driver, with in
        try await driver.client.account.verifySoftwareToken(code: try with.text("code"))
        return .null
    },
    "account.setMfaPreference": { driver, with in
        let settings = MfaSettings(
            sms: try setting(with, "sms"), softwareToken: try setting(with, "softwareToken"),
            email: try setting(with, "email"), webAuthn: with["webAuthn"] == .null ? nil : with["webAuthn"] == .bool(true))
        try await driver.client.account.setMfaPreference(settings)
        return .null
    },
    "account.devices": { driver, with in
        let size = with["pageSize"].int.map(Int32.init)
        var devices: [JSON] = []
        for try await device in driver.client.account.devices(pageSize: size) { devices.append(described(device)) }
        return .array(devices)
    },
    "account.device": { driver, with in described(try await driver.client.account.device(try with.text("key"))) },
    "account.currentDeviceKey": { driver, _ in .of(try await driver.client.account.currentDeviceKey()) },
    "account.rememberDevice": { driver, with in
        try await driver.client.account.rememberDevice(with.maybeText("key"))
        return .null
    },
    "account.doNotRememberDevice": { driver, with in
        try await driver.client.account.doNotRememberDevice(with.maybeText("key"))
        return .null
    },
    "account.forgetDevice": { driver, with in
        try await driver.client.account.forgetDevice(with.maybeText("key"))
        return .null
    },
    "account.authFactors": { driver, _ in
        let factors = try await driver.client.account.authFactors()
        return [
            "configured": .of(factors.configured.map { $0.code() }),
            "mfaMethods": .of(factors.mfaMethods.map { $0.code() }),
            "preferredMfa": .of(factors.preferredMfa?.code()),
        ]
    },
    "account.sessions": { driver, _ in
        var sessions: [JSON] = []
        for try await session in driver.client.account.sessions() { sessions.append(described(session)) }
        return .array(sessions)
    },
    "account.revokeSession": { driver, with in
        try await driver.client.account.revokeSession(
            try with.text("id"), associated: with["associated"] == .bool(true))
        return .null
    },
    "account.deleteUser": { driver, _ in
        try await driver.client.account.deleteUser()
        return .null
    },
]

private let objects: [String: Operation] = [
    "bucket.put": { driver, with in
        described(
            try await driver.client.bucket()
                .put(try with.text("body"), to: try with.text("key"), options: putOptions(with)))
    },
    "bucket.get": { driver, with in
        let options = GetOptions(range: try range(with), ifNoneMatch: with.maybeText("ifNoneMatch"))
        let object = try await driver.client.bucket().get(try with.text("key"), options: options)
        return ["metadata": described(object.metadata), "text": .string(try await object.text())]
    },
    "bucket.head": { driver, with in described(try await driver.client.bucket().head(try with.text("key"))) },
    "bucket.delete": { driver, with in
        try await driver.client.bucket().delete(try with.text("key"))
        return .null
    },
    "bucket.copy": { driver, with in
        described(try await driver.client.bucket().copy(from: try with.text("from"), to: try with.text("to")))
    },
    "bucket.list": { driver, with in
        var (objects, commonPrefixes): ([JSON], [String]) = ([], [])
        let options = ListOptions(
            delimiter: with.maybeText("delimiter"), pageSize: with.maybeInt("pageSize").map(Int32.init))
        let pages = try driver.client.bucket().list(try with.text("prefix"), options: options).pages()
        for try await page in pages {
            objects += page.objects.map { ["key": .string($0.key)] }
            commonPrefixes += page.commonPrefixes
        }
        return ["objects": .array(objects), "commonPrefixes": .of(commonPrefixes)]
    },
    "bucket.upload": { driver, with in
        let (size, ending) = (try with.int("size"), "so it ends")
        let body = Data(repeating: UInt8(ascii: "x"), count: max(0, size - ending.utf8.count)) + Data(ending.utf8)
        let parts = Guarded(0)
        let options = UploadOptions(partSize: with.maybeInt("partSize").map(Int64.init))
        try await driver.client.bucket().upload(.data(body.suffix(size)), to: try with.text("key"), options: options) { _ in
            parts.change { $0 += 1 }
        }
        return ["parts": .of(parts.value)]
    },
    "bucket.presignGet": { driver, with in
        described(
            try await driver.client.bucket()
                .presignGet(try with.text("key"), expiresIn: TimeInterval(try with.int("expiresIn"))))
    },
    "bucket.presignPut": { driver, with in
        described(
            try await driver.client.bucket().presignPut(
                try with.text("key"), expiresIn: TimeInterval(try with.int("expiresIn")), options: putOptions(with)))
    },
]

private let items: [String: Operation] = [
    "table.put": { driver, with in
        try await driver.client.table().put(
            try with.item("item"), condition: try condition(with), returnOldOnConditionCheckFailure: returnsOld(with))
        return .null
    },
    "table.get": { driver, with in
        try await driver.client.table().get(JSON.self, key: try with.item("key")) ?? .null
    },
    "table.update": { driver, with in
        let table = try driver.client.table()
        let (key, changes, condition) = (try with.item("key"), try changes(with), try condition(with))
        guard with["returnValues"] == "allNew" else {
            try await table.update(
                key: key, changes, condition: condition, returnOldOnConditionCheckFailure: returnsOld(with))
            return .null
        }
        return try await table.update(
            key: key, changes, condition: condition, returnOldOnConditionCheckFailure: returnsOld(with),
            returnValues: .allNew) ?? .null
    },
    "table.delete": { driver, with in
        try await driver.client.table().delete(
            key: try with.item("key"), condition: try condition(with), returnOldOnConditionCheckFailure: returnsOld(with))
        return .null
    },
    "transactWrite": { driver, with in
        let table = try driver.client.table()
        let writes = try (with["writes"].array ?? []).map { try transactWrite(Arguments($0), in: table) }
        try await driver.client.transactWrite(writes)
        return .null
    },
    "transactGet": { driver, with in
        let table = try driver.client.table()
        let gets = try (with["gets"].array ?? []).map { TransactGet(key: try Arguments($0).item("key"), in: table) }
        let items = try await driver.client.transactGet(gets)
        return .array(try items.map(itemJSON))
    },
    "table.query": { driver, with in
        guard let mine = try condition(with, "keyCondition") else { throw Mismatch("no key condition") }
        let query = try driver.client.table()
            .query(JSON.self, keyCondition: mine, pageSize: with.maybeInt("pageSize"))
        return .array(try await query.all())
    },
    "table.scan": { driver, _ in .array(try await driver.client.table().scan(JSON.self).all()) },
    "table.batchGet": { driver, with in
        .array(try await driver.client.table().batchGet(JSON.self, keys: try with.items("keys")))
    },
]

/// An item as the scenarios have it.
func itemJSON(_ item: Item?) throws -> JSON {
    guard let item else { return .null }
    return try JSONDecoder().decode(JSON.self, from: JSONEncoder().encode(item))
}

private func transactWrite(_ with: Arguments, in table: Table) throws -> TransactWrite {
    let (condition, returnsOld) = (try condition(with), returnsOld(with))
    if with["put"] != .null {
        return try .put(try with.item("put"), in: table, condition: condition, returnOldOnConditionCheckFailure: returnsOld)
    }
    if with["update"] != .null {
        return .update(
            key: try with.item("update"), try changes(with), in: table, condition: condition,
            returnOldOnConditionCheckFailure: returnsOld)
    }
    if with["delete"] != .null {
        return .delete(
            key: try with.item("delete"), in: table, condition: condition, returnOldOnConditionCheckFailure: returnsOld)
    }
    guard let condition else { throw Mismatch("a check needs a condition") }
    return .conditionCheck(key: try with.item("conditionCheck"), in: table, condition, returnOldOnConditionCheckFailure: returnsOld)
}

private func changes(_ with: Arguments) throws -> [Change] {
    let set = try (with["set"].object ?? [:]).map { Change.set(Attribute($0), to: try AttributeValue(encoding: $1)) }
    let add = try (with["add"].object ?? [:]).map { Change.add(try AttributeValue(encoding: $1), to: Attribute($0)) }
    return set + add
}

/// A condition by the name of its operator: `{"eq": ["n", 1]}`.
private func condition(_ with: Arguments, _ argument: String = "condition") throws -> Condition? {
    guard let (name, json) = with[argument].object?.first else { return nil }
    guard let operands = json.array, let place = operands.first?.string.map({ attribute($0) }) else {
        throw Mismatch("an attribute and values")
    }
    switch name {
    case "eq": return place == (try AttributeValue(encoding: operands[1]))
    case "notExists": return place.notExists()
    default: throw Mismatch("there is no operator \(name)")
    }
}

private func returnsOld(_ with: Arguments) -> Bool {
    with["returnOldOnConditionCheckFailure"] == true
}

private func outcome(_ driver: Driver, _ step: SignInStep) -> JSON {
    switch step {
    case .done(let user):
        return ["kind": "done", "user": described(user)]
    case .challenge(let challenge):
        driver.keep(challenge)
        return described(challenge)
    }
}

private func answer(_ challenge: Challenge, _ with: Arguments) async throws -> SignInStep {
    switch challenge {
    case .smsMfa(let challenge): try await challenge.answer(code: try with.text("code"))
    case .emailMfa(let challenge): try await challenge.answer(code: try with.text("code"))
    case .emailOtp(let challenge): try await challenge.answer(code: try with.text("code"))
    case .smsOtp(let challenge): try await challenge.answer(code: try with.text("code"))
    case .selectChallenge(let challenge): try await challenge.answer(factor: AuthFactor(code: try with.text("factor")))
    case .password(let challenge): try await challenge.answer(password: try with.text("password"))
    case .webAuthn(let challenge): try await challenge.answer(credentialJson: try with.text("credential"))
    case .customChallenge(let challenge):
        try await challenge.answer(try with.text("answer"), clientMetadata: with["clientMetadata"].strings)
    case .softwareTokenMfa(let challenge): try await challenge.answer(code: try with.text("code"))
    case .selectMfaType(let challenge): try await challenge.answer(method: MfaMethod(code: try with.text("method")))
    case .mfaSetup(let challenge):
        try await challenge.verifySoftwareToken(code: try with.text("code"), deviceName: with.maybeText("deviceName"))
    case .newPasswordRequired(let challenge):
        try await challenge.answer(newPassword: try with.text("newPassword"), attributes: with["attributes"].strings)
    case .other(let challenge): try await challenge.answer(responses: with["responses"].strings)
    }
}

private func described(_ challenge: Challenge) -> JSON {
    var result: JSON = [
        "kind": .string(challenge.kind), "username": .string(challenge.username), "name": .string(challenge.name),
    ]
    switch challenge {
    case .smsMfa(let challenge): result["destination"] = .of(challenge.destination)
    case .emailMfa(let challenge): result["destination"] = .of(challenge.destination)
    case .emailOtp(let challenge): result["destination"] = .of(challenge.destination)
    case .smsOtp(let challenge): result["destination"] = .of(challenge.destination)
    case .selectChallenge(let challenge): result["available"] = .of(challenge.available.map { $0.code() })
    case .password: break
    case .webAuthn(let challenge): result["requestOptions"] = .string(challenge.requestOptions)
    case .customChallenge(let challenge): result["parameters"] = .object(challenge.parameters.mapValues(JSON.string))
    case .softwareTokenMfa(let challenge): result["deviceName"] = .of(challenge.deviceName)
    case .selectMfaType(let challenge): result["methods"] = .of(challenge.methods.map { $0.code() })
    case .mfaSetup(let challenge): result["methods"] = .of(challenge.methods.map { $0.code() })
    case .newPasswordRequired(let challenge):
        result["requiredAttributes"] = .of(challenge.requiredAttributes)
        result["attributes"] = .object(challenge.attributes.mapValues(JSON.string))
    case .other(let challenge): result["parameters"] = .object(challenge.parameters.mapValues(JSON.string))
    }
    return result
}

private func flow(_ with: Arguments) throws -> AuthFlow? {
    guard let name = with.maybeText("flow") else { return nil }
    guard let flow = AuthFlow.allCases.first(where: { "\($0)" == name }) else { throw Mismatch("there is no flow \(name)") }
    return flow
}

private func setting(_ with: Arguments, _ method: String) throws -> MfaSetting? {
    guard let name = with.maybeText(method) else { return nil }
    guard let setting = MfaSetting.allCases.first(where: { "\($0)" == name }) else {
        throw Mismatch("there is no MFA setting \(name)")
    }
    return setting
}

private func putOptions(_ with: Arguments) -> PutOptions {
    PutOptions(contentType: with.maybeText("contentType"), ifAbsent: with["ifAbsent"] == true)
}

private func range(_ with: Arguments) throws -> ByteRange? {
    guard with["range"] != .null else { return nil }
    let range = Arguments(with["range"])
    return .between(start: Int64(try range.int("start")), end: Int64(try range.int("end")))
}

private func described(_ result: PutResult) -> JSON {
    ["etag": .of(result.etag), "versionId": .of(result.versionId)]
}

private func described(_ presigned: PresignedURL) -> JSON {
    ["url": .string(presigned.url.absoluteString)]
}

private func described(_ details: CodeDeliveryDetails?) -> JSON {
    guard let details else { return .null }
    return [
        "destination": .of(details.destination), "deliveryMedium": .of(details.deliveryMedium),
        "attributeName": .of(details.attributeName),
    ]
}

private func described(_ setup: SoftwareTokenSetup) -> JSON {
    ["secret": .string(setup.secret), "otpauthUri": .string(setup.otpauthUri(issuer: "Poolpass", account: "test"))]
}

func described(_ user: User) -> JSON {
    [
        "username": .string(user.username), "sub": .string(user.sub), "email": .of(user.email),
        "deviceConfirmationNecessary": .bool(user.deviceConfirmationNecessary),
        "acr": .of(user.acr), "amr": .of(user.amr), "authTime": .of(user.authTime.map(described)),
        "claims": described(user.claims),
    ]
}

private func described(_ session: UserSession) -> JSON {
    [
        "id": .string(session.id), "sessionType": .of(session.sessionType), "clientId": .of(session.clientId),
        "created": .of(session.created.map(described)), "lastActive": .of(session.lastActive.map(described)),
        "deviceType": .of(session.deviceType), "lastIpAddress": .of(session.lastIpAddress),
        "country": .of(session.country), "isCurrent": .bool(session.isCurrent),
    ]
}

private func described(_ date: Date) -> String {
    ISO8601DateFormatter().string(from: date)
}

private func described(_ metadata: ObjectMetadata) -> JSON {
    [
        "size": metadata.size.map { .of(Int($0)) } ?? .null, "contentType": .of(metadata.contentType),
        "etag": .of(metadata.etag),
    ]
}

private func described(_ device: Device) -> JSON {
    [
        "key": .string(device.key), "name": .of(device.name),
        "attributes": .object(device.attributes.mapValues(JSON.string)),
    ]
}

private func described(_ claims: [String: Claim]) -> JSON {
    .object(claims.mapValues(described))
}

private func described(_ claim: Claim) -> JSON {
    switch claim {
    case .null: .null
    case .flag(let flag): .bool(flag)
    case .integer(let number): .of(Int(number))
    case .number(let number): .number(Decimal(number))
    case .text(let text): .string(text)
    case .elements(let elements): .array(elements.map(described))
    case .members(let members): described(members)
    }
}
