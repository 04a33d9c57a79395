// Constants, types and helper functions that every unit shares. Nothing here depends on a design.
//
// Sources: docs/contract.md (arithmetic), docs/microarchitecture.md (shift registers, APB map).
package em_pkg;

  // A requant shift is signed: -8 (left) to 63 (right). A left shift of 8 saturates every code
  // but 0, a right shift by the operand's width or more gives 0, so no exponent needs more.
  localparam int unsigned ShiftW = 7;
  localparam int unsigned RequantLeftMax = 8;

  // Exact left shifts that align two operands; the loader refuses networks that need more.
  localparam int unsigned AccShiftMax = 7;    // accumulator over bias; also C*state over D*x
  localparam int unsigned AlignShiftMax = 15; // bias, residual, norm and pool operands
  localparam int unsigned DxShiftMax = 31;    // D*x over C*state
  localparam int unsigned AccShiftW = 3;
  localparam int unsigned AlignShiftW = 4;
  localparam int unsigned DxShiftW = 5;
  localparam int unsigned BxShiftW = 6;       // signed, -15 (left) to 16 (right)
  localparam int unsigned BxLeftMax = 15;
  localparam int unsigned PwlShiftW = 5;

  // SSM state: computed in CurW bits, stored without its StateDrop least significant bits.
  localparam int unsigned CurW = 24;
  localparam int unsigned StateDrop = 7;
  localparam int unsigned StateW = CurW - StateDrop;

  // Piecewise-linear tables: bits of a threshold, a slope, an intercept.
  localparam int unsigned ThresholdW = 9;
  localparam int unsigned SlopeW = 16;
  localparam int unsigned InterceptW = 32;

  // Heads of a network.
  localparam int unsigned HeadNone = 0;
  localparam int unsigned HeadFlatten = 1;
  localparam int unsigned HeadMean = 2;
  localparam int unsigned HeadToken = 3;

  // Units of the APB map; 0 is em_apb itself. Blocks follow from UnitBlocks on, UnitsPerBlock each.
  localparam int unsigned UnitAxisIn = 1;
  localparam int unsigned UnitPatchEmbed = 2;
  localparam int unsigned UnitBlocks = 3;
  localparam int unsigned UnitsPerBlock = 7;

  // What an engine does in a cycle; exactly one of the three.
  typedef enum logic [1:0] {
    Starved = 2'd0,  // idle, an input is missing
    Blocked = 2'd1,  // idle, every input is there, an output is full
    Busy    = 2'd2
  } state_e;

  // The configuration bus: em_apb drives it, every unit listens. `write` lasts one cycle; the
  // other request fields keep their last value between requests.
  typedef struct packed {
    logic        clear;  // performance counters return to 0
    logic        count;  // the core runs: performance counters count
    logic        write;
    logic [7:0]  unit;
    logic [2:0]  mem;
    logic [18:0] addr;   // bits 20:2 of the byte address
    logic [31:0] wdata;
    logic [3:0]  wstrb;
  } cfg_t;

  // Bits of an index into n things; 1 for a single thing, so that no vector has width 0.
  function automatic int unsigned idx_width(int unsigned n);
    idx_width = (n <= 1) ? 1 : $clog2(n);
  endfunction

  function automatic int unsigned max2(int unsigned a, int unsigned b);
    max2 = (a > b) ? a : b;
  endfunction

  function automatic int unsigned gcd(int unsigned a, int unsigned b);
    int unsigned x;
    int unsigned y;
    int unsigned rest;
    x = a;
    y = b;
    while (y != 0) begin
      rest = x % y;
      x = y;
      y = rest;
    end
    gcd = x;
  endfunction

  function automatic int unsigned lcm(int unsigned a, int unsigned b);
    lcm = a / gcd(a, b) * b;
  endfunction

endpackage
