import ToolSupport
import WGANInit

WGANInit.tool.main()
