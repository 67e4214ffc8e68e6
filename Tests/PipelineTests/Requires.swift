import Foundation
import Testing

/// Whether external commands are on the PATH.
func isInstalled(_ commands: String...) -> Bool { missing(commands).isEmpty }

private func missing(_ commands: [String]) -> [String] {
  let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
  return commands.filter { command in
    !folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(command)") }
  }
}

/// The error for a requirement of a test that the machine does not meet.
struct MissingRequirement: Error, CustomStringConvertible {
  let description: String
}

extension Trait where Self == ConditionTrait {
  /// Skips a test or a suite if a command is not installed. In continuous integration, where the
  /// environment has CI=true, the test fails instead. `scripts/setup test` installs the commands.
  static func requires(_ commands: String...) -> Self {
    requires("\(commands.joined(separator: ", "))") { missing(commands).isEmpty }
  }

  /// Skips a test or a suite if `isThere` returns false; fails it in continuous integration.
  static func requires(
    _ name: String,
    isCI: Bool = ProcessInfo.processInfo.environment["CI"] == "true",
    _ isThere: @escaping @Sendable () -> Bool
  ) -> Self {
    .enabled("needs \(name)") {
      if isThere() { return true }
      if !isCI { return false }
      throw MissingRequirement(description: "this machine lacks what the test needs: \(name)")
    }
  }
}
