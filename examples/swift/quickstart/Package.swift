// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "quickstart",
    platforms: [.macOS(.v13)],
    dependencies: [.package(name: "Poolpass", path: "../../../bindings/swift")],
    targets: [
        .executableTarget(name: "quickstart", dependencies: [.product(name: "Poolpass", package: "Poolpass")])
    ]
)
