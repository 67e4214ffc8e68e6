import Foundation

/// A page of the documentation, whose code blocks and links are tested.
struct Page {
  let text: String
  private let folder: URL

  /// Reads a page by its path in the checkout.
  init(_ path: String) throws {
    let file = URL(fileURLWithPath: "\(Shell.checkout)/\(path)")
    text = try String(contentsOf: file, encoding: .utf8)
    folder = file.deletingLastPathComponent()
  }

  /// A fenced code block: the words after its language, and its lines.
  typealias Block = (attributes: [String], code: String)

  /// The fenced code blocks of a language.
  func blocks(of language: String) -> [Block] {
    var blocks: [Block] = []
    var opening: [String]?
    var code = ""
    for line in text.components(separatedBy: "\n") {
      if let info = opening, line == "```" {
        if info.first == language { blocks.append((Array(info.dropFirst()), code)) }
        (opening, code) = (nil, "")
      } else if opening != nil {
        code += line + "\n"
      } else if line.hasPrefix("```") {
        opening = line.dropFirst(3).split(separator: " ").map(String.init)
      }
    }
    return blocks
  }

  /// The files that its relative links point to.
  var targets: [URL] {
    text.components(separatedBy: "](").dropFirst().compactMap { rest in
      let target = rest.prefix { $0 != ")" && $0 != "#" }
      return target.isEmpty || target.contains("://") ? nil : folder.appending(path: target)
    }
  }
}
