// Poolpass from sign-up to a private DynamoDB item.
//
// Without arguments, the program runs offline, against a local AWS in another process.
// With `--config`, `--user` and `--password-file`, it runs on AWS or the configured endpoints.

import Foundation

@main
struct Quickstart {
    static func main() async {
        let log = StepLog()
        do {
            try await run(try Arguments(CommandLine.arguments.dropFirst()), log)
            print("\nquickstart: all \(log.steps) steps passed")
        } catch {
            let place = log.steps == 0 ? "" : " step \(log.steps) failed:"
            FileHandle.standardError.write(Data("quickstart:\(place) \(error)\n".utf8))
            exit(EXIT_FAILURE)
        }
    }

    private static func run(_ arguments: Arguments, _ log: StepLog) async throws {
        let environment = try Environment(arguments)
        print("Poolpass on \(environment.place)\n")

        let people = try await signIn(environment, log)
        try await useObjects(people, log)
        try await useItems(people, log)
        try await useGuest(environment, log)
        try await refreshAndSignOut(people, log)

        environment.leave()
    }
}
