import Foundation

/// The running processes that a script started, directly or not.
///
/// Their environment, arguments or working directory contains the unique name of the script's folder.
/// Process groups, sessions and parents do not identify them, because scripts use job control and
/// `setsid`, and kill parents.
struct ProcessFamily {
  private let name: Data

  init(of name: String) { self.name = Data(name.utf8) }

  /// The identifiers of the processes that run now.
  private var members: [pid_t] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.filter { isMember("/proc/\($0)") }
  }

  private func isMember(_ process: String) -> Bool {
    for file in ["environ", "cmdline"] {
      let data = FileManager.default.contents(atPath: "\(process)/\(file)")
      if data?.range(of: name) != nil { return true }
    }
    let folder = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(process)/cwd")
    return folder.map { Data($0.utf8).range(of: name) != nil } ?? false
  }

  /// Whether no process is left.
  var isEmpty: Bool { members.isEmpty }

  /// Waits until no process is left, for at most `seconds`. Returns whether none is left.
  func ends(within seconds: Double) -> Bool {
    let end = Date.now.addingTimeInterval(seconds)
    while !isEmpty {
      if Date.now > end { return false }
      usleep(10_000)
    }
    return true
  }

  /// Kills all processes except `kept`, and waits until they have ended.
  func kill(except kept: pid_t? = nil) {
    // Repeat, because a process may start another one in the meantime.
    for _ in 0..<500 {
      let rest = members.filter { $0 != kept }
      if rest.isEmpty { return }
      for process in rest { Glibc.kill(process, SIGKILL) }
      usleep(10_000)
    }
  }
}
