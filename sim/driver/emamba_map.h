/* The register map of the accelerator, as far as it is the same for every design: written by
 * `build/manual driver-map`, from the table that IP-XACT and the page come from. Do not edit. */
/* clang-format off */
#ifndef EMAMBA_MAP_H
#define EMAMBA_MAP_H

/* 32-bit words. memory 0: a unit's registers and tables; 1 and 2: its memories. */
#define EMAMBA_ADDRESS(unit, memory, byte) ((unit) << 24 | (memory) << 21 | (byte))

#define EMAMBA_ID_VALUE 0x454d414du /* what id reads as */

/* Unit 0: the port itself. */
#define EMAMBA_GLOBAL_ID                                      0x0000u /* read; 0x454d414d, "EMAM" */
#define EMAMBA_GLOBAL_HASH_LOW                                0x0004u /* read; hash of the design, bits 31:0 */
#define EMAMBA_GLOBAL_HASH_HIGH                               0x0008u /* read; hash of the design, bits 63:32 */
#define EMAMBA_GLOBAL_CTRL                                    0x000cu /* read, write; 1: the core runs; 0: it is held in reset */
#define EMAMBA_GLOBAL_CTRL_RUN                                0x00000001u
#define EMAMBA_GLOBAL_CYCLES                                  0x0010u /* read; cycles since the core started, modulo 2^32 */
#define EMAMBA_GLOBAL_STATUS                                  0x0014u /* read; an input frame's tlast was wrong since the core started */
#define EMAMBA_GLOBAL_STATUS_TLAST_ERROR                      0x00000001u

/* Every engine. */
#define EMAMBA_ENGINE_BUSY                                    0x0040u /* read; cycles in which it worked, modulo 2^32 */
#define EMAMBA_ENGINE_STARVED                                 0x0044u /* read; cycles in which it lacked an input, modulo 2^32 */
#define EMAMBA_ENGINE_BLOCKED                                 0x0048u /* read; cycles in which it lacked room for its output, modulo 2^32 */
#define EMAMBA_ENGINE_TOKENS                                  0x004cu /* read; tokens done, modulo 2^32 */

/* linear */
#define EMAMBA_LINEAR_X_SHIFT                                 0x0000u /* write; requant of every input */
#define EMAMBA_LINEAR_ACC_SHIFT                               0x0004u /* write; left shift of the accumulator */
#define EMAMBA_LINEAR_BIAS_SHIFT                              0x0008u /* write; left shift of the bias */
#define EMAMBA_LINEAR_OUT_SHIFT                               0x000cu /* write; requant of the sum */
#define EMAMBA_LINEAR_POST_SHIFT0                             0x0010u /* write; requant of the first row group */
#define EMAMBA_LINEAR_POST_SHIFT1                             0x0014u /* write; requant of the second row group */
#define EMAMBA_LINEAR_POST_SHIFT2                             0x0018u /* write; requant of the third row group */
#define EMAMBA_LINEAR_RES_TOK_SHIFT                           0x001cu /* write; left shift of the residual */
#define EMAMBA_LINEAR_RES_OUT_SHIFT                           0x0020u /* write; left shift of what the residual is added to */
#define EMAMBA_LINEAR_RES_SHIFT                               0x0024u /* write; requant of their sum */

/* norm */
#define EMAMBA_NORM_GAMMA_SHIFT                               0x0000u /* write; left shift of the scaled deviation */
#define EMAMBA_NORM_BETA_SHIFT                                0x0004u /* write; left shift of the offset */
#define EMAMBA_NORM_OUT_SHIFT                                 0x0008u /* write; left shift of the divisor */

/* conv */
#define EMAMBA_CONV_ACC_SHIFT                                 0x0000u /* write; left shift of the accumulator */
#define EMAMBA_CONV_BIAS_SHIFT                                0x0004u /* write; left shift of the bias */
#define EMAMBA_CONV_CONV_SHIFT                                0x0008u /* write; requant of the sum */
#define EMAMBA_CONV_X_SHIFT                                   0x000cu /* write; requant of x where there is no SiLU */
#define EMAMBA_CONV_X_THRESHOLD                               0x1000u /* write; a region begins at this code; entry i 4 * i bytes on */
#define EMAMBA_CONV_X_SLOPE                                   0x1100u /* write; slope of a region; entry i 4 * i bytes on */
#define EMAMBA_CONV_X_INTERCEPT                               0x1200u /* write; intercept of a region; entry i 4 * i bytes on */
#define EMAMBA_CONV_X_PWL_SHIFT                               0x1300u /* write; right shift of slope * code + intercept */
#define EMAMBA_CONV_GATE_THRESHOLD                            0x2000u /* write; a region begins at this code; entry i 4 * i bytes on */
#define EMAMBA_CONV_GATE_SLOPE                                0x2100u /* write; slope of a region; entry i 4 * i bytes on */
#define EMAMBA_CONV_GATE_INTERCEPT                            0x2200u /* write; intercept of a region; entry i 4 * i bytes on */
#define EMAMBA_CONV_GATE_PWL_SHIFT                            0x2300u /* write; right shift of slope * code + intercept */

/* ssm */
#define EMAMBA_SSM_EXP_IN_SHIFT                               0x0000u /* write; requant of delta * A */
#define EMAMBA_SSM_B_BAR_SHIFT                                0x0004u /* write; requant of delta * B */
#define EMAMBA_SSM_BX_SHIFT                                   0x0008u /* write; alignment of B_bar * x with the state, negative left */
#define EMAMBA_SSM_CUR_SHIFT                                  0x000cu /* write; left shift of the sum of C * state */
#define EMAMBA_SSM_DX_SHIFT                                   0x0010u /* write; left shift of D * x */
#define EMAMBA_SSM_Y_SHIFT                                    0x0014u /* write; requant of y */
#define EMAMBA_SSM_GATED_SHIFT                                0x0018u /* write; requant of y * gate */
#define EMAMBA_SSM_A_BAR_THRESHOLD                            0x1000u /* write; a region begins at this code; entry i 4 * i bytes on */
#define EMAMBA_SSM_A_BAR_SLOPE                                0x1100u /* write; slope of a region; entry i 4 * i bytes on */
#define EMAMBA_SSM_A_BAR_INTERCEPT                            0x1200u /* write; intercept of a region; entry i 4 * i bytes on */
#define EMAMBA_SSM_A_BAR_PWL_SHIFT                            0x1300u /* write; right shift of slope * code + intercept */

/* pool */
#define EMAMBA_POOL_NUM_SHIFT                                 0x0000u /* write; left shift of the sum */
#define EMAMBA_POOL_DEN_SHIFT                                 0x0004u /* write; left shift of the divisor */

/* axis_out */
#define EMAMBA_AXIS_OUT_OUT_SHIFT                             0x0000u /* write; requant of every output */

/* Memories of a unit; a word's bytes at word * stride, the least power of two from 4 on that holds them. */
#define EMAMBA_LINEAR_WEIGHT_MEMORY                           1u
#define EMAMBA_LINEAR_BIAS_MEMORY                             2u
#define EMAMBA_NORM_GAMMA_MEMORY                              1u
#define EMAMBA_NORM_BETA_MEMORY                               2u
#define EMAMBA_CONV_WEIGHT_MEMORY                             1u
#define EMAMBA_CONV_BIAS_MEMORY                               2u
#define EMAMBA_SSM_A_MEMORY                                   1u
#define EMAMBA_SSM_D_MEMORY                                   2u

#endif
