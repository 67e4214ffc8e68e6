// The directory of a zip archive, as numpy.savez writes it: members that are stored or deflated, also
// with the 64-bit sizes of zip64. All positions and sizes are checked before anything is read from them.

/// The directory of a zip archive in memory.
struct ZipArchive {
  /// A file in the archive.
  struct Member {
    let name: String
    /// The position of its data.
    let range: Range<Int>
    let isDeflated: Bool
    /// The size of its content, in bytes.
    let byteCount: Int
    /// The CRC-32 of its content.
    let crc32: UInt32
  }

  /// The members in the order of the directory.
  let members: [Member]

  /// The largest factor by which deflate shrinks data.
  private static let largestRatio = 1032

  /// Reads the directory.
  ///
  /// - Parameters:
  ///   - content: The archive.
  ///   - count: Its size in bytes.
  ///   - path: The name for messages.
  /// - Throws: `.invalid` if the archive is damaged, or uses what NumPy does not write.
  init(_ content: FileContent, count: Int, path: String) throws(FileError) {
    var reader = Reader(content: content, count: count, path: path)
    let directory = try reader.directory()
    var names: Set<String> = []
    var members: [Member] = []
    reader.position = directory.range.lowerBound
    for _ in 0..<directory.memberCount {
      let (member, headerRange) = try reader.member(before: directory.range)
      guard names.insert(member.name).inserted else {
        throw reader.damage("two members have the name \(quoted(member.name))")
      }
      if !headerRange.isEmpty { members.append(member) }
    }
    guard reader.position == directory.range.upperBound else {
      throw reader.damage("its directory has another size than it declares")
    }
    // Members that share data could declare far more content than the file has.
    var end = 0
    for member in members.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      guard member.range.lowerBound >= end else {
        throw reader.damage("member \(quoted(member.name)) overlaps another one")
      }
      end = member.range.upperBound
    }
    self.members = members
  }

  private struct Reader {
    let content: FileContent
    let count: Int
    let path: String
    var position = 0

    func damage(_ message: String) -> FileError {
      FileError(.invalid, path, "is a damaged zip file: \(message)")
    }

    private func bytes(_ range: Range<Int>) throws(FileError) -> [UInt8] {
      guard range.lowerBound >= 0, range.upperBound <= count else {
        throw damage("a part of it is missing")
      }
      return content.array(range)
    }

    private mutating func number(_ size: Int) throws(FileError) -> Int {
      let value = try bytes(position..<position + size).reversed().reduce(UInt64(0)) {
        $0 << 8 | UInt64($1)
      }
      position += size
      guard let number = Int(exactly: value), number < Int.max / 4 else {
        throw damage("a number is too large")
      }
      return number
    }

    private mutating func isSignature(_ signature: Int) throws(FileError) -> Bool {
      try number(4) == signature
    }

    /// The end record is the last one of its signature whose comment ends with the file.
    private func endPosition() throws(FileError) -> Int {
      let size = 22
      guard count >= size else { throw damage("it has no directory") }
      let start = max(0, count - size - Int(UInt16.max))
      let tail = content.array(start..<count)
      var candidate = tail.count - size
      while candidate >= 0 {
        if tail[candidate...].starts(with: [0x50, 0x4B, 5, 6]),
          Int(tail[candidate + 20]) + Int(tail[candidate + 21]) << 8
            == tail.count - candidate - size
        {
          return start + candidate
        }
        candidate -= 1
      }
      throw damage("it has no directory; it may be truncated")
    }

    /// The position of the directory and the number of members.
    mutating func directory() throws(FileError) -> (range: Range<Int>, memberCount: Int) {
      var end = try endPosition()
      position = end + 4
      let disks = [try number(2), try number(2)]
      let here = try number(2)
      var memberCount = try number(2)
      var byteCount = try number(4)
      var start = try number(4)
      guard disks == [0, 0], here == memberCount else { throw damage("it has several parts") }
      if memberCount == 0xFFFF || byteCount == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
        position = end - 20
        guard end >= 20, try isSignature(0x0706_4B50), try number(4) == 0 else {
          throw damage("its zip64 directory is missing")
        }
        end = try number(8)
        position = end
        guard try isSignature(0x0606_4B50) else { throw damage("its zip64 directory is missing") }
        position += 28
        memberCount = try number(8)
        byteCount = try number(8)
        start = try number(8)
      }
      // A member takes at least 46 bytes of the directory.
      guard start <= end, byteCount <= end - start, memberCount <= byteCount / 46 else {
        throw damage("its directory has an impossible size or position")
      }
      return (start..<start + byteCount, memberCount)
    }

    /// Reads the next member of the directory.
    ///
    /// - Returns: The member; an empty range for a folder.
    mutating func member(
      before directory: Range<Int>
    ) throws(FileError) -> (member: Member, header: Range<Int>) {
      guard try isSignature(0x0201_4B50) else { throw damage("its directory is not valid") }
      position += 4
      let flags = try number(2)
      let method = try number(2)
      position += 4
      let crc32 = UInt32(try number(4))
      var sizes = [try number(4), try number(4)]
      let lengths = [try number(2), try number(2), try number(2)]
      position += 8
      var header = try number(4)
      let nameBytes = try bytes(position..<position + lengths[0])
      position += lengths[0]
      let extraEnd = position + lengths[1]
      guard extraEnd + lengths[2] <= directory.upperBound else {
        throw damage("its directory is not valid")
      }
      try readZip64(&sizes, &header, before: extraEnd)
      position = extraEnd + lengths[2]
      let name = String(decoding: nameBytes, as: UTF8.self)
      func unsupported(_ message: String) -> FileError {
        FileError(.invalid, path, "member \(quoted(name)) \(message)")
      }
      guard flags & 1 == 0 else { throw unsupported("is encrypted") }
      guard method == 0 || method == 8 else {
        throw unsupported("has an unsupported compression (expected none or deflate)")
      }
      let start = try dataStart(header, nameBytes)
      guard start <= directory.lowerBound, sizes[0] <= directory.lowerBound - start else {
        throw damage("member \(quoted(name)) is not inside the file")
      }
      guard
        method == 0
          ? sizes[0] == sizes[1] : sizes[1] / ZipArchive.largestRatio <= sizes[0]
      else { throw damage("member \(quoted(name)) declares an impossible size") }
      let member = Member(
        name: name, range: start..<start + sizes[0], isDeflated: method == 8, byteCount: sizes[1],
        crc32: crc32)
      return (member, name.hasSuffix("/") ? header..<header : header..<start)
    }

    /// Replaces sizes and a position that do not fit into 32 bits.
    private mutating func readZip64(
      _ sizes: inout [Int], _ header: inout Int, before end: Int
    ) throws(FileError) {
      let unknown = 0xFFFF_FFFF
      while position + 4 <= end {
        let (identifier, length) = (try number(2), try number(2))
        let next = position + length
        guard next <= end else { throw damage("its directory is not valid") }
        if identifier == 1 {
          // In this order, and only those that are needed.
          if sizes[1] == unknown, position + 8 <= next { sizes[1] = try number(8) }
          if sizes[0] == unknown, position + 8 <= next { sizes[0] = try number(8) }
          if header == unknown, position + 8 <= next { header = try number(8) }
        }
        position = next
      }
    }

    /// The position of a member's data, after its own header, which must have the same name.
    private func dataStart(_ header: Int, _ name: [UInt8]) throws(FileError) -> Int {
      var reader = self
      reader.position = header
      guard try reader.isSignature(0x0403_4B50) else {
        throw damage("a member does not begin where the directory says")
      }
      reader.position += 22
      let (nameLength, extraLength) = (try reader.number(2), try reader.number(2))
      guard try bytes(reader.position..<reader.position + nameLength) == name else {
        throw damage("a member has another name than in the directory")
      }
      return reader.position + nameLength + extraLength
    }
  }
}
