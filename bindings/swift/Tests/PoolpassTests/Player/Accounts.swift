import Foundation
import Poolpass

/// The person's account.
let accounts: [String: Operation] = [
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

private func setting(_ with: Arguments, _ method: String) throws -> MfaSetting? {
    guard let name = with.maybeText(method) else { return nil }
    guard let setting = MfaSetting.allCases.first(where: { "\($0)" == name }) else {
        throw Mismatch("there is no MFA setting \(name)")
    }
    return setting
}

private func described(_ details: CodeDeliveryDetails?) -> JSON {
    guard let details else { return .null }
    return [
        "destination": .of(details.destination), "deliveryMedium": .of(details.deliveryMedium),
        "attributeName": .of(details.attributeName),
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

private func described(_ device: Device) -> JSON {
    [
        "key": .string(device.key), "name": .of(device.name),
        "attributes": .object(device.attributes.mapValues(JSON.string)),
    ]
}
