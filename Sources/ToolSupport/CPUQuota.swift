// The CPU time that control groups (cgroups) of version 1 and 2 allow. A container with a limit of 2 CPUs
// sees all cores of its host, but uses at most 2 of them.
import TensorIO

/// The CPU quota of the control groups of this process.
struct CPUQuota {
  /// The folder of `/proc` and of the mount points; empty for the machine's own.
  var root = ""

  /// The smallest quota of the process's groups and their ancestors, as a number of cores; nil if none of
  /// them has a quota.
  var cores: Double? {
    let groups = ControlGroup.list(text("/proc/self/cgroup") ?? "")
    let mounts = ControlGroupMount.list(text("/proc/self/mountinfo") ?? "")
    return groups.filter(\.limitsCPU).flatMap { group in
      mounts.filter { $0.serves(group) }.flatMap { $0.folders(of: group.path) }
        .compactMap { group.isUnified ? unifiedQuota(in: $0) : quota(in: $0) }
    }.min()
  }

  /// The quota of a group of version 2: `max 100000`, or two times in microseconds.
  private func unifiedQuota(in folder: String) -> Double? {
    let fields = (text(folder + "/cpu.max") ?? "").split(whereSeparator: \.isWhitespace)
    return Self.cores(fields.first, per: fields.count > 1 ? fields[1] : "100000")
  }

  /// The quota of a group of version 1; −1 is none.
  private func quota(in folder: String) -> Double? {
    func number(_ name: String) -> Substring? {
      text("\(folder)/\(name)")?.split(whereSeparator: \.isWhitespace).first
    }
    return Self.cores(number("cpu.cfs_quota_us"), per: number("cpu.cfs_period_us"))
  }

  private static func cores(_ quota: Substring?, per period: Substring?) -> Double? {
    guard let quota = quota.flatMap({ Double($0) }), let period = period.flatMap({ Double($0) }),
      quota > 0, period > 0
    else { return nil }
    return quota / period
  }

  /// The content of a small file; nil if it cannot be read.
  private func text(_ path: String) -> String? { SystemCall.text(of: root + path) }
}

/// A line of `/proc/self/cgroup`: a group of this process.
struct ControlGroup: Equatable {
  /// The controllers of its hierarchy; empty for version 2.
  let controllers: Set<Substring>
  /// Its path in the hierarchy.
  let path: Substring

  /// Whether it belongs to the hierarchy of version 2.
  var isUnified: Bool { controllers.isEmpty }

  var limitsCPU: Bool { isUnified || controllers.contains("cpu") }

  /// Parses lines such as `4:cpu,cpuacct:/docker/3f` and `0::/user.slice`.
  static func list(_ text: String) -> [ControlGroup] {
    text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return nil }
      return ControlGroup(controllers: Set(fields[1].split(separator: ",")), path: fields[2])
    }
  }
}

/// A line of `/proc/self/mountinfo`: where a hierarchy of control groups, or a part of it, is mounted.
struct ControlGroupMount: Equatable {
  /// Whether this is the hierarchy of version 2.
  let isUnified: Bool
  /// The options of the hierarchy; its controllers are among them.
  let options: Set<Substring>
  /// The path of the mounted group in its hierarchy.
  let root: String
  /// The folder of the mounted group.
  let point: String

  /// Parses lines such as `31 24 0:27 /docker/3f /sys/fs/cgroup/cpu ro,nosuid - cgroup cgroup rw,cpu`.
  static func list(_ text: String) -> [ControlGroupMount] {
    text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      // The number of fields before the hyphen varies.
      guard let hyphen = fields.firstIndex(of: "-"), hyphen >= 6, fields.count > hyphen + 3,
        fields[hyphen + 1] == "cgroup" || fields[hyphen + 1] == "cgroup2"
      else { return nil }
      return ControlGroupMount(
        isUnified: fields[hyphen + 1] == "cgroup2",
        options: Set(fields[hyphen + 3].split(separator: ",")),
        root: unescaped(fields[3]), point: unescaped(fields[4]))
    }
  }

  /// Whether a group belongs to this hierarchy.
  func serves(_ group: ControlGroup) -> Bool {
    isUnified ? group.isUnified : !group.isUnified && options.isSuperset(of: group.controllers)
  }

  /// The folders of a group and of its ancestors, as far as they are mounted here. A group outside the
  /// mounted part has none.
  func folders(of path: Substring) -> [String] {
    let parts = path.split(separator: "/")
    let mounted = root.split(separator: "/")
    guard parts.starts(with: mounted), !parts.contains("..") else { return [] }
    let base = point == "/" ? "" : point
    return (mounted.count...parts.count).map { end in
      parts[mounted.count..<end].reduce(base) { "\($0)/\($1)" }
    }
  }

  /// Decodes the octal escapes of blanks, line ends and backslashes: `\040` is a blank.
  private static func unescaped(_ field: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(field.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3,
        let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      {
        bytes.append(code)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
