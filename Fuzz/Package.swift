// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  // The last -sanitize option determines the coverage instrumentation, and the order of SwiftPM's own
  // options varies. These flags follow the option of `swift build --sanitize fuzzer`.
  .unsafeFlags(["-sanitize=fuzzer,address"]),
]

let sanitized: [CSetting] = [.unsafeFlags(["-fsanitize=fuzzer-no-link,address"])]

// The library targets are symbolic links to the sources of the main package, so they are built with
// the sanitizers.
let package = Package(
  name: "fuzz",
  targets: [
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .target(name: "CProcess", cSettings: [.define("_GNU_SOURCE")] + sanitized),
    .target(name: "TensorIO", dependencies: ["CProcess", "CZlib"], swiftSettings: settings),
    .target(name: "IDXFormat", dependencies: ["CZlib", "TensorIO"], swiftSettings: settings),
    .systemLibrary(
      name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .target(name: "CImageReader", dependencies: ["CPNG", "CJPEG"], cSettings: sanitized),
    .target(
      name: "ImageFormat", dependencies: ["CPNG", "CImageReader", "TensorIO"],
      swiftSettings: settings),
    .target(name: "CKernels", cSettings: [.define("_GNU_SOURCE")] + sanitized),
    .target(name: "Engine", dependencies: ["CKernels", "TensorIO"], swiftSettings: settings),
    .target(
      name: "WGAN", dependencies: ["Engine", "MetricsFormat", "TensorIO"], swiftSettings: settings),
    .target(name: "MetricsFormat", dependencies: ["TensorIO"], swiftSettings: settings),
    .target(name: "FuzzSupport", dependencies: ["TensorIO"], swiftSettings: settings),
  ]
    + [
      ("fuzz-tensor", ["TensorIO"]), ("fuzz-numpy", ["TensorIO"]),
      ("fuzz-idx", ["IDXFormat", "TensorIO"]),
      ("fuzz-cifar", ["IDXFormat", "TensorIO"]),
      ("fuzz-png", ["ImageFormat", "TensorIO", "CZlib"]),
      ("fuzz-jpeg", ["ImageFormat", "TensorIO"]),
      ("fuzz-network", ["Engine", "WGAN", "TensorIO"]),
      ("fuzz-checkpoint", ["Engine", "WGAN", "TensorIO"]),
      ("fuzz-metrics", ["Engine", "WGAN", "TensorIO"]),
      ("fuzz-curves", ["MetricsFormat", "TensorIO"]),
    ].map { name, libraries in
      .executableTarget(
        name: name, dependencies: ["FuzzSupport"] + libraries.map { .byName(name: $0) },
        swiftSettings: settings, linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])])
    }
)
