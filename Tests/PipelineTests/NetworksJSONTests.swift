import Foundation
import Testing

/// Tests of `wgan-init --print-networks --json`, the form for other programs.
@Suite struct NetworksJSONTests {
  @Test func `every kind of layer has the members in docs NETWORKS`() throws {
    let shell = try Shell()
    let result = try shell.run(
      """
      cat > generator <<'.'
      dense 18 no-bias; dropout 0.25; reshape 2x3x3
      residual; conv 3 kernel 3 stride 1 padding same; shortcut; conv 3 kernel 1 no-bias; add
      batch-norm; relu; upsample 2; conv 2 kernel 2 padding same
      batch-norm epsilon 0.001 momentum 0.01; leaky-relu 0.2
      conv-transposed 1 kernel 3 stride 2 padding 1 output-padding 1 no-bias; crop 2; sigmoid
      .
      cat > critic <<'.'
      zero-pad 1; conv 2 kernel 4 stride 2 padding 1; layer-norm; tanh; mean-pool 5
      flatten; layer-norm epsilon 0.5; dense 1
      .
      wgan-init --preset mlp-gp --shape 1x8x8 --latent 5 --generator generator --critic critic \\
        --print-networks --json
      """)
    let generator = [
      #""dense","text":"dense 18 no-bias","input":[5],"output":[18],"outputs":18,"bias":false,"parameters":{"0.weight":[18,5]},"buffers":{}"#,
      #""dropout","text":"dropout 0.25","input":[18],"output":[18],"probability":0.25,"mask_layout":[2,3,3],"parameters":{},"buffers":{}"#,
      #""reshape","text":"reshape 2x3x3","input":[18],"output":[2,3,3],"parameters":{},"buffers":{}"#,
      #""residual","text":"residual","input":[2,3,3],"output":[2,3,3],"parameters":{},"buffers":{}"#,
      #""conv","text":"conv 3 kernel 3 padding same","input":[2,3,3],"output":[3,3,3],"channels":3,"kernel":3,"stride":1,"padding":[[1,1],[1,1]],"bias":true,"parameters":{"4.weight":[3,2,3,3],"4.bias":[3]},"buffers":{}"#,
      #""shortcut","text":"shortcut","input":[2,3,3],"output":[2,3,3],"parameters":{},"buffers":{}"#,
      #""conv","text":"conv 3 kernel 1 no-bias","input":[2,3,3],"output":[3,3,3],"channels":3,"kernel":1,"stride":1,"padding":[[0,0],[0,0]],"bias":false,"parameters":{"6.weight":[3,2,1,1]},"buffers":{}"#,
      #""add","text":"add","input":[3,3,3],"output":[3,3,3],"parameters":{},"buffers":{}"#,
      #""batch-norm","text":"batch-norm","input":[3,3,3],"output":[3,3,3],"epsilon":1e-05,"momentum":0.1,"parameters":{"8.weight":[3],"8.bias":[3]},"buffers":{"8.running_mean":[3],"8.running_var":[3]}"#,
      #""relu","text":"relu","input":[3,3,3],"output":[3,3,3],"parameters":{},"buffers":{}"#,
      #""upsample","text":"upsample 2","input":[3,3,3],"output":[3,6,6],"factor":2,"parameters":{},"buffers":{}"#,
      #""conv","text":"conv 2 kernel 2 padding same","input":[3,6,6],"output":[2,6,6],"channels":2,"kernel":2,"stride":1,"padding":[[0,1],[0,1]],"bias":true,"parameters":{"11.weight":[2,3,2,2],"11.bias":[2]},"buffers":{}"#,
      #""batch-norm","text":"batch-norm epsilon 0.001 momentum 0.01","input":[2,6,6],"output":[2,6,6],"epsilon":0.001,"momentum":0.01,"parameters":{"12.weight":[2],"12.bias":[2]},"buffers":{"12.running_mean":[2],"12.running_var":[2]}"#,
      #""leaky-relu","text":"leaky-relu 0.2","input":[2,6,6],"output":[2,6,6],"slope":0.2,"parameters":{},"buffers":{}"#,
      #""conv-transposed","text":"conv-transposed 1 kernel 3 stride 2 padding 1 output-padding 1 no-bias","input":[2,6,6],"output":[1,12,12],"channels":1,"kernel":3,"stride":2,"padding":[[1,1],[1,1]],"output_padding":1,"bias":false,"parameters":{"14.weight":[2,1,3,3]},"buffers":{}"#,
      #""crop","text":"crop 2","input":[1,12,12],"output":[1,8,8],"margin":2,"parameters":{},"buffers":{}"#,
      #""sigmoid","text":"sigmoid","input":[1,8,8],"output":[1,8,8],"parameters":{},"buffers":{}"#,
    ]
    let critic = [
      #""zero-pad","text":"zero-pad 1","input":[1,8,8],"output":[1,10,10],"margin":1,"parameters":{},"buffers":{}"#,
      #""conv","text":"conv 2 kernel 4 stride 2 padding 1","input":[1,10,10],"output":[2,5,5],"channels":2,"kernel":4,"stride":2,"padding":[[1,1],[1,1]],"bias":true,"parameters":{"1.weight":[2,1,4,4],"1.bias":[2]},"buffers":{}"#,
      #""layer-norm","text":"layer-norm","input":[2,5,5],"output":[2,5,5],"epsilon":1e-05,"parameters":{"2.weight":[2],"2.bias":[2]},"buffers":{}"#,
      #""tanh","text":"tanh","input":[2,5,5],"output":[2,5,5],"parameters":{},"buffers":{}"#,
      #""mean-pool","text":"mean-pool 5","input":[2,5,5],"output":[2,1,1],"size":5,"parameters":{},"buffers":{}"#,
      #""flatten","text":"flatten","input":[2,1,1],"output":[2],"parameters":{},"buffers":{}"#,
      #""layer-norm","text":"layer-norm epsilon 0.5","input":[2],"output":[2],"epsilon":0.5,"parameters":{"6.weight":[2],"6.bias":[2]},"buffers":{}"#,
      #""dense","text":"dense 1","input":[2],"output":[1],"outputs":1,"bias":true,"parameters":{"7.weight":[1,2],"7.bias":[1]},"buffers":{}"#,
    ]
    func list(_ layers: [String]) -> String {
      let entries = layers.enumerated().map { #"{"index":\#($0),"layer":\#($1)}"# }
      return "[\(entries.joined(separator: ","))]"
    }
    let expected = #"{"generator":\#(list(generator)),"critic":\#(list(critic))}"# + "\n"
    #expect(result.text == expected)
    #expect(result.standardError.isEmpty)
  }

  /// The benchmark counts the operations of this file.
  @Test func `the fixture equals the printed networks of a preset`() throws {
    let shell = try Shell()
    try shell.run(
      """
      wgan-init --preset keras-gp --print-networks --json | sed 's/{"index"/\\n&/g' > networks
      diff networks '\(Shell.checkout)/Tests/Fixtures/networks-keras-gp.json'
      """)
  }

  @Test func `--from prints the networks of a checkpoint or trace`() throws {
    let shell = try Shell()
    try shell.write("images.idx", idx([60, 8, 8]))
    try shell.run(
      """
      idx2tensor images.idx -o images.tensor
      echo 'dense 12; relu; dense 64; tanh' > generator
      options=(--preset mlp-clip --generator generator --latent 7 --batch-size 20 --like images.tensor --seed 3)
      wgan-init "${options[@]}" -o start
      wgan-step start --data images.tensor --steps 1 --trace trace -o end
      wgan-init "${options[@]}" --print-networks --json > expected.json
      wgan-init "${options[@]}" --print-networks > expected
      grep -qF '"text":"dense 12","input":[7],' expected.json
      for file in start end trace; do
        wgan-init --from $file --print-networks --json > found; cmp found expected.json
        wgan-init --from $file --print-networks > found; cmp found expected
      done
      # The settings of a trained checkpoint give its initial checkpoint.
      wgan-init --from end --fresh -o again; cmp again start
      wgan-init "${options[@]}" --seed 4 --critic-steps 2 -o expected
      wgan-init --from trace --fresh --seed 4 --critic-steps 2 -o found; cmp found expected
      # An override applies to the shapes too.
      wgan-init --from end --latent 9 --print-networks --json > found
      grep -qF '"text":"dense 12","input":[9],' found
      """)
  }

  @Test(arguments: [
    ("--preset mlp-gp --json -o out", 64, "--json requires --print-networks"),
    (
      "--from end --preset mlp-gp -o out", 64,
      "--from cannot be combined with --preset, --like or --shape"
    ),
    (
      "--from end --like images.tensor -o out", 64,
      "--from cannot be combined with --preset, --like or --shape"
    ),
    (
      "--from end --shape 1x8x8 -o out", 64,
      "--from cannot be combined with --preset, --like or --shape"
    ),
    ("--from nowhere --print-networks --json", 66, "nowhere: "),
    ("--from images.tensor --print-networks --json", 65, "images.tensor: "),
    ("--from cut --print-networks --json", 65, "cut: "),
    (
      "--preset mlp-gp --generator odd --print-networks --json", 64,
      "the generator: the output has 10 elements (10x1x1), expected 784 (1x28x28)"
    ),
    (
      "--preset mlp-gp --latent 0 --print-networks --json", 64,
      "the latent size must be between 1 and"
    ),
  ])
  func `an error prints nothing`(_ arguments: String, _ status: Int32, _ message: String) throws {
    let shell = try workshop()
    try shell.run("mv mlp-gp.bin end; head -c 5000 end > cut; echo 'dense 10' > odd")
    let files = try shell.files().keys
    let result = try shell.run("wgan-init \(arguments)", status: status)
    #expect(result.standardOutput.isEmpty)
    #expect(result.standardError.hasPrefix("wgan-init: \(message)"), "\(result)")
    #expect(try shell.files().keys == files)
  }

  /// A network is built before its size is compared with a file or with the memory.
  @Test func `a large kernel takes little memory, and too many weights are an error`() throws {
    let shell = try Shell()
    let result = try shell.run(
      """
      echo 'conv 9 kernel 255 padding 127; crop 255; dense 1' > large
      echo 'dense 16777216; reshape 16777216x1x1; conv 1 kernel 255 padding 254; dense 1' > heavy
      ulimit -v 1500000
      exits 64 wgan-init --preset mlp-gp --shape 1x256x256 --critic large
      exits 64 wgan-init --preset mlp-gp --critic heavy
      """)
    #expect(
      result.standardError == """
        wgan-init: the critic: layer 1, crop 255, does not fit its input of 9x256x256
        wgan-init: the critic: layer 2, conv 1 kernel 255 padding 254, has more than 268435456 weights, \
        the maximum of a network

        """)
  }
}
