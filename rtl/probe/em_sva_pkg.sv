// When assertions start: before synchronous reset has reached every register, nothing is checked.
package em_sva_pkg;
  logic settled = 1'b0;  // driven by em_settle_sva
endpackage
