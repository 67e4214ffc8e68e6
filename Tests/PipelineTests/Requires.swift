import Foundation
import Testing

/// Whether commands that are not ours are on the PATH.
func isInstalled(_ commands: String...) -> Bool { missing(commands).isEmpty }

private func missing(_ commands: [String]) -> [String] {
  let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
  return commands.filter { command in
    !folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(command)") }
  }
}

/// What a test needs and this machine lacks.
struct MissingRequirement: Error, CustomStringConvertible {
  let description: String
}

extension Trait where Self == ConditionTrait {
  /// Skips a test or a suite on a machine that lacks a command. In continuous integration, where the
  /// environment has CI=true, the test fails instead: `scripts/setup test` installs what tests need.
  static func requires(_ commands: String...) -> Self {
    requires("\(commands.joined(separator: ", "))") { missing(commands).isEmpty }
  }

  /// The same for anything else that a machine may lack.
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
