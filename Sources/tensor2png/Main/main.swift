import Tensor2PNG
import ToolSupport

Tensor2PNG.tool.main()
