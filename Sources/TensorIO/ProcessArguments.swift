// The arguments of the process, also where /proc is not mounted.
import CProcess

/// The arguments of the process.
package enum ProcessArguments {
  /// All arguments after argument 0. Bytes that are not UTF-8 are replaced.
  package static var all: [String] { (1..<max(count, 1)).map { text(at: $0) ?? "" } }

  /// The name of the program: argument 0 without its folders.
  package static var program: String {
    (text(at: 0) ?? "").split(separator: "/").last.map(String.init) ?? ""
  }

  /// The number of arguments, including argument 0.
  package static var count: Int { Int(process_argument_count()) }

  /// Whether an argument is valid UTF-8.
  package static func isUnicode(_ index: Int) -> Bool {
    guard let argument = unsafe process_argument(Int32(index)) else { return true }
    return unsafe String(validatingCString: argument) != nil
  }

  /// An argument; nil past the last one.
  package static func text(at index: Int) -> String? {
    unsafe process_argument(Int32(index)).map { unsafe String(cString: $0) }
  }
}
