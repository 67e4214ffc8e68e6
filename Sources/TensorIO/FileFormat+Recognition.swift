// Recognizing a file format by the first bytes of a file.

extension FileFormat {
  /// Recognizes the format of a file.
  ///
  /// - Parameter head: The first bytes of the file; `headSize` are enough.
  package init?(_ head: [UInt8]) {
    guard let format = Self.allCases.first(where: { $0.matches(head) }) else { return nil }
    self = format
  }

  private func matches(_ head: [UInt8]) -> Bool {
    func has(_ bytes: some Sequence<UInt8>, at offset: Int) -> Bool {
      head.dropFirst(offset).starts(with: bytes)
    }
    switch self {
    case .webP: return has(signature, at: 0) && (head.count < 12 || has("WEBP".utf8, at: 8))
    // Two letters are not enough: the reserved bytes are 0.
    case .bmp: return has(signature, at: 0) && has([0, 0, 0, 0], at: 6)
    case .bzip2: return has(signature, at: 0) && has([0x31, 0x41, 0x59, 0x26, 0x53, 0x59], at: 4)
    case .heif:
      return ["ftyphei", "ftypmif1", "ftypmsf1", "ftyphevc"].contains { has($0.utf8, at: 4) }
    case .avif: return has("ftypavi".utf8, at: 4)
    case .tar: return has("ustar".utf8, at: 257)
    case .npz: return firstZipMember(head)?.hasSuffix(".npy") == true
    case .pyTorch:
      // torch.save writes a zip file; before version 1.6, a pickle that begins with a magic number.
      return firstZipMember(head)?.hasSuffix("/data.pkl") == true
        || has([0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C], at: 0)
    // Protocols 2 to 5. Older ones are text.
    case .pickle: return head.count > 2 && head[0] == 0x80 && 2...5 ~= head[1]
    case .tfRecord:
      // The length of the first record and its masked checksum.
      let sum = crc32c(head.prefix(8))
      let masked = (sum >> 15 | sum << 17) &+ 0xA282_EAD8
      return head.count >= 12
        && (0..<4).allSatisfy { head[8 + $0] == UInt8(masked >> (8 * $0) & 255) }
    case .idx:
      return head.count >= 4 && has([0, 0], at: 0) && 0x08...0x0E ~= head[2] && head[3] > 0
    // The length of the header, below 2²⁴, and "{".
    case .tensorFile:
      return head.count >= 9 && head[3..<8].allSatisfy { $0 == 0 } && head[8] == 0x7B
    case .html, .xml, .json, .csv, .text:
      guard let text = beginningOfText(head) else { return false }
      return matches(text)
    default: return signatures.contains { has($0, at: 0) }
    }
  }

  private func matches(_ text: String) -> Bool {
    let start = text.lowercased()
    switch self {
    case .html:
      return ["<!doctype html", "<html", "<head", "<body", "<script"].contains {
        start.hasPrefix($0)
      }
    case .xml: return start.hasPrefix("<?xml")
    case .json: return start.hasPrefix("{") || start.hasPrefix("[")
    case .csv:
      let line = text.prefix { !$0.isNewline }
      return [",", ";", "\t"].contains { separator in
        let fields = line.split(separator: separator, omittingEmptySubsequences: false)
        return fields.count > 2 && fields.dropFirst().allSatisfy { $0.first != " " }
      }
    default: return true
    }
  }
}

/// The name of the first member of a zip file; nil if the file is not a zip file.
private func firstZipMember(_ head: [UInt8]) -> String? {
  guard head.count >= 30, head.starts(with: FileFormat.zip.signature) else { return nil }
  let count = Int(head[26]) | Int(head[27]) << 8
  return String(decoding: head.dropFirst(30).prefix(count), as: UTF8.self)
}

/// The first characters of a text in UTF-8, without a byte order mark and leading whitespace; nil if the
/// bytes are not text, or too few to know.
private func beginningOfText(_ head: [UInt8]) -> String? {
  let bytes = head.dropFirst(head.starts(with: byteOrderMark) ? 3 : 0)
  guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || 0x09...0x0D ~= $0 }) else { return nil }
  // The last character may be cut off: at most three of its bytes are there.
  let texts = (0...3).lazy.compactMap { String(validating: bytes.dropLast($0), as: UTF8.self) }
  guard let text = texts.first.map({ String($0.drop(while: \.isWhitespace)) }),
    text.unicodeScalars.prefix(4).count == 4
  else { return nil }
  return text
}
