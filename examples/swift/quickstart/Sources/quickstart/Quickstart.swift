// Poolpass from sign-up to a private DynamoDB item.
//
// Without arguments, the program runs offline, against a local AWS in another process.
// With `--config`, `--user` and `--password-file`, it runs on AWS or the configured endpoints.

import Foundation

@main
struct Quickstart {
    static func main() async {
        let narrator = Narrator()
        do {
            try await run(try Arguments(CommandLine.arguments.dropFirst()), narrator)
            print("\nquickstart: all \(narrator.steps) steps passed")
        } catch {
            let place = narrator.steps == 0 ? "" : " step \(narrator.steps) failed:"
            FileHandle.standardError.write(Data("quickstart:\(place) \(error)\n".utf8))
            exit(EXIT_FAILURE)
        }
    }

    private static func run(_ arguments: Arguments, _ narrator: Narrator) async throws {
        let setting = try Setting(arguments)
        print("Poolpass on \(setting.place)\n")

        let people = try await signIn(setting, narrator)
        try await tellObjects(people, narrator)
        try await tellItems(people, narrator)
        try await tellGuest(setting, narrator)
        try await tellEnd(people, narrator)

        setting.leave()
    }
}
