import Foundation
import Poolpass

/// Results that operations of more than one kind have, as the scenarios have them.
func described(_ presigned: PresignedURL) -> JSON {
    ["url": .string(presigned.url.absoluteString)]
}

func described(_ setup: SoftwareTokenSetup) -> JSON {
    ["secret": .string(setup.secret), "otpauthUri": .string(setup.otpauthUri(issuer: "Poolpass", account: "test"))]
}

func described(_ date: Date) -> String {
    ISO8601DateFormatter().string(from: date)
}
