// swift-tools-version: 5.9
import PackageDescription

let package = Package(
    name: "quickstart",
    platforms: [.macOS(.v13)],
    dependencies: [.package(name: "Poolpass", path: "../../../bindings/swift")],
    targets: [
        .executableTarget(name: "quickstart", dependencies: [.product(name: "Poolpass", package: "Poolpass")])
    ]
)
