import Glibc
import TestSupport
import Testing

@testable import ToolSupport

/// Tests of the CPU quotas of control groups, on recorded file trees.
@Suite struct CPUQuotaTests {
  /// The quota in a tree of files, as a number of cores.
  private func cores(
    groups: String, mounts: String, _ files: [String: String] = [:]
  ) throws -> Double? {
    var tree = files.mapValues { Array($0.utf8) }
    tree["proc/self/cgroup"] = Array(groups.utf8)
    tree["proc/self/mountinfo"] = Array(mounts.utf8)
    let folder = try Folder(tree)
    return CPUQuota(root: folder.path).cores
  }

  private let unified =
    "30 23 0:26 / /sys/fs/cgroup ro,nosuid shared:9 master:2 - cgroup2 cgroup rw,nsdelegate\n"

  /// A file of version 1 in a group.
  private func quota(_ group: String, _ quota: Int, per period: Int) -> [String: String] {
    [
      "sys/fs/cgroup/\(group)/cpu.cfs_quota_us": "\(quota)\n",
      "sys/fs/cgroup/\(group)/cpu.cfs_period_us": "\(period)\n",
    ]
  }

  @Test func `version 2: a container has the quota of its mount`() throws {
    let files = ["sys/fs/cgroup/cpu.max": "150000 100000\n"]
    #expect(try cores(groups: "0::/\n", mounts: unified, files) == 1.5)
  }

  @Test(arguments: [
    ("400000 100000\n", "50000 100000\n", 0.5), ("100000 50000\n", "max 100000\n", 2),
    ("100000 100000\n", "800000 100000\n", 1), ("max 100000\n", "max 100000\n", nil),
    ("300000\n", "max\n", 3), ("", "x y\n", nil), ("0 100000\n", "100000 0\n", nil),
  ])
  func `version 2: the smallest quota of a group and its ancestors counts`(
    _ parent: String, _ own: String, _ expected: Double?
  ) throws {
    let files = [
      "sys/fs/cgroup/user.slice/cpu.max": parent,
      "sys/fs/cgroup/user.slice/job: a.scope/cpu.max": own,
      "sys/fs/cgroup/other/cpu.max": "10000 100000\n",
    ]
    #expect(try cores(groups: "0::/user.slice/job: a.scope\n", mounts: unified, files) == expected)
  }

  @Test func `version 1: the folder of a group is below the mounted part of its hierarchy`() throws
  {
    let mounts = """
      41 40 0:30 /docker/3f /sys/fs/cgroup/cpu,cpuacct ro master:11 - cgroup cgroup rw,cpu,cpuacct
      42 40 0:31 /docker/3f /sys/fs/cgroup/memory ro master:12 - cgroup cgroup rw,memory

      """
    let groups = "5:memory:/docker/3f/job\n4:cpu,cpuacct:/docker/3f/job\n"
    let all = quota("cpu,cpuacct", 200_000, per: 100_000)
    #expect(try cores(groups: groups, mounts: mounts, all) == 2)
    let files = all.merging(quota("cpu,cpuacct/job", 25000, per: 50000)) { $1 }
    #expect(try cores(groups: groups, mounts: mounts, files) == 0.5)
    let others = quota("memory", 100_000, per: 100_000).merging(
      quota("cpu,cpuacct/docker/3f/job", 100_000, per: 100_000)
    ) { $1 }
    #expect(try cores(groups: groups, mounts: mounts, others) == nil)
  }

  @Test func `version 1: a quota of -1 is none`() throws {
    let mount = "41 40 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
    let files = quota("cpu/a", -1, per: 100_000)
    #expect(try cores(groups: "1:cpu:/a\n", mounts: mount, files) == nil)
  }

  @Test func `with both versions, the smaller quota counts`() throws {
    let mounts = """
      33 23 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
      34 23 0:28 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd
      35 23 0:35 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw

      """
    let groups = "9:name=systemd:/s\n1:cpu:/job\n0::/job\n"
    let first = quota("cpu/job", 300_000, per: 100_000)
    #expect(try cores(groups: groups, mounts: mounts, first) == 3)
    let both = first.merging(["sys/fs/cgroup/unified/job/cpu.max": "200000 100000\n"]) { $1 }
    #expect(try cores(groups: groups, mounts: mounts, both) == 2)
  }

  @Test func `mount points may contain blanks, and be bind mounts of a part`() throws {
    let mounts = """
      30 23 0:26 /elsewhere /sys/fs/cgroup rw - cgroup2 cgroup rw
      31 23 0:26 /job\\040a /mnt/my\\040groups rw - cgroup2 cgroup rw

      """
    let files = [
      "mnt/my groups/cpu.max": "200000 100000\n", "sys/fs/cgroup/cpu.max": "100000 100000\n",
    ]
    #expect(try cores(groups: "0::/job a\n", mounts: mounts, files) == 2)
    #expect(try cores(groups: "0::/job\n", mounts: mounts, files) == nil)
  }

  @Test(arguments: [
    ("0::/../job\n", ""), ("", ""), ("0::/\n", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2\n"),
    ("nonsense\n", "- - -\n"), ("0::/gone (deleted)\n", ""),
  ])
  func `a group that is not visible has no quota`(_ groups: String, _ mounts: String) throws {
    let files = ["sys/fs/cgroup/job/cpu.max": "100000 100000\n"]
    #expect(try cores(groups: groups, mounts: mounts.isEmpty ? unified : mounts, files) == nil)
    #expect(CPUQuota(root: "/nowhere").cores == nil)
  }

  @Test func `the available cores of this machine are at most those online`() {
    #expect(1...sysconf(Int32(_SC_NPROCESSORS_ONLN)) ~= AvailableCores.count)
  }
}
