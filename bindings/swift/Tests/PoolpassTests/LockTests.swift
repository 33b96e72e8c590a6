import XCTest

@testable import Poolpass

/// The lock behind ``KeychainStore``.
final class LockTests: XCTestCase {
    func testOneAtATimeHoldsALock() async {
        let locks = Locks<String>()
        let (inside, most) = (Guarded(0), Guarded(0))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    await locks.lock("session")
                    let now = inside.change { $0 += 1; return $0 }
                    most.change { $0 = max($0, now) }
                    await Task.yield()
                    inside.change { $0 -= 1 }
                    locks.unlock("session")
                }
            }
        }
        XCTAssertEqual(most.value, 1)
        XCTAssertEqual(inside.value, 0)
    }

    func testWhoeverWaitsGetsTheLockInTurnAndOthersAreFree() async {
        let locks = Locks<String>()
        await locks.lock("session")
        await locks.lock("another")
        let (entered, order) = (Gate(), Guarded<[String]>([]))
        let waiting = Task {
            await locks.lock("session")
            order.change { $0.append("second") }
            await entered.open()
        }
        await Task.yield()
        order.change { $0.append("first") }
        locks.unlock("session")
        await entered.pass()
        XCTAssertEqual(order.value, ["first", "second"])
        locks.unlock("session")
        await waiting.value
        await locks.lock("session")
    }
}
