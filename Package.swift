// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

// Of all that is run; tests look where it is not allowed.
let strict = settings + [.strictMemorySafety()]

let argumentParser: Target.Dependency =
  .product(name: "ArgumentParser", package: "swift-argument-parser")

// Tools, in the order of the pipeline
let tools: [(name: String, library: String, dependencies: [Target.Dependency])] = [
  ("idx2tensor", "IDX2Tensor", ["IDXFormat"]),
  ("cifar2tensor", "CIFAR2Tensor", ["IDXFormat"]),
  ("image2tensor", "Image2Tensor", ["ImageFormat"]),
  ("npy2tensor", "NPY2Tensor", []),
  ("wgan-init", "WGANInit", ["Engine", "WGAN"]),
  ("wgan-step", "WGANStep", ["Engine", "WGAN"]),
  ("wgan-sample", "WGANSample", ["Engine", "WGAN"]),
  ("wgan-critic", "WGANCritic", ["Engine", "WGAN"]),
  ("wgan-export", "WGANExport", ["Engine", "ONNXFormat", "WGAN"]),
  ("tensor2png", "Tensor2PNG", ["ImageFormat"]),
  ("tensor-info", "TensorInfo", []),
  ("wgan-plot", "WGANPlot", ["MetricsFormat"]),
  ("metrics2tb", "Metrics2TB", ["MetricsFormat"]),
]
// A second name of a tool, as an executable of its own
let aliases = [(name: "png2tensor", library: "Image2Tensor")]
let toolDependencies: [Target.Dependency] = ["TensorIO", "ToolSupport", argumentParser]

let package = Package(
  name: "wgan",
  products: [
    .library(name: "TensorIO", targets: ["TensorIO"]),
    .library(name: "Engine", targets: ["Engine"]),
    .library(name: "WGAN", targets: ["WGAN"]),
    .executable(name: "wgan", targets: ["multicall"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
  ],
  targets: [
    // C libraries of the system: a module map and a header each
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(
      name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    // Libraries, in the order of the pipeline
    .target(name: "CProcess", cSettings: [.define("_GNU_SOURCE")]),
    .target(name: "TensorIO", dependencies: ["CProcess", "CZlib"], swiftSettings: strict),
    .target(name: "IDXFormat", dependencies: ["CZlib", "TensorIO"], swiftSettings: strict),
    .target(name: "CKernels", cSettings: [.define("_GNU_SOURCE")]),
    .target(name: "Engine", dependencies: ["CKernels", "TensorIO"], swiftSettings: strict),
    .target(
      name: "WGAN", dependencies: ["Engine", "MetricsFormat", "TensorIO"], swiftSettings: strict),
    .target(name: "CImageReader", dependencies: ["CPNG", "CJPEG"]),
    .target(
      name: "ImageFormat", dependencies: ["CPNG", "CImageReader", "TensorIO"],
      swiftSettings: strict),
    .target(name: "MetricsFormat", dependencies: ["TensorIO"], swiftSettings: strict),
    .target(name: "ONNXFormat", dependencies: ["TensorIO"], swiftSettings: strict),
    .target(
      name: "ToolSupport", dependencies: ["CProcess", "TensorIO", argumentParser],
      swiftSettings: strict),

    // Every tool in one executable
    .executableTarget(
      name: "multicall", dependencies: tools.map { .byName(name: $0.library) } + toolDependencies,
      swiftSettings: strict),

    // Tests
    .target(
      name: "TestSupport", dependencies: ["TensorIO"], path: "Tests/TestSupport",
      swiftSettings: settings),
    .testTarget(
      name: "TensorIOTests", dependencies: ["TestSupport", "TensorIO"], swiftSettings: settings),
    .testTarget(
      name: "IDXFormatTests", dependencies: ["TestSupport", "IDXFormat", "TensorIO", "CZlib"],
      swiftSettings: settings),
    .testTarget(
      name: "CKernelsTests", dependencies: ["CKernels", "COpenBLAS"], swiftSettings: settings),
    .testTarget(
      name: "WGANTests", dependencies: ["Engine", "WGAN", "TensorIO"], swiftSettings: settings),
    .testTarget(
      name: "ImageFormatTests",
      dependencies: ["TestSupport", "ImageFormat", "TensorIO", "CPNG", "CJPEG", "CZlib"],
      swiftSettings: settings),
    .testTarget(
      name: "ToolSupportTests", dependencies: ["TestSupport", "ToolSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "MetricsFormatTests", dependencies: ["TestSupport", "MetricsFormat", "TensorIO"],
      swiftSettings: settings),
    .testTarget(
      name: "PipelineTests",
      dependencies: ["TensorIO", "multicall"] + tools.map { .byName(name: $0.name) }
        + aliases.map { .byName(name: $0.name) },
      swiftSettings: settings),
  ]
)

// A tool is a library, so that `wgan` can link it with the others, and an executable of its own.
for tool in tools {
  let path = "Sources/\(tool.name)"
  package.products.append(.executable(name: tool.name, targets: [tool.name]))
  package.targets += [
    .target(
      name: tool.library, dependencies: tool.dependencies + toolDependencies, path: path,
      exclude: ["Main"], swiftSettings: strict),
    .executableTarget(
      name: tool.name, dependencies: [.byName(name: tool.library), "ToolSupport"],
      path: "\(path)/Main", swiftSettings: strict),
  ]
}
for alias in aliases {
  package.products.append(.executable(name: alias.name, targets: [alias.name]))
  package.targets.append(
    .executableTarget(
      name: alias.name, dependencies: [.byName(name: alias.library), "ToolSupport"],
      path: "Sources/\(alias.name)", swiftSettings: strict))
}
