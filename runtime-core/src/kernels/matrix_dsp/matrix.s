@ Packed int8 weights times one or two columns of widened activations; the contract is in matrix.rs, the layout in
@ tinyml_arith::matrix.
@
@ What the registers hold in the inner loops: r4 the column, r5 the weights, r0 and r1 two taps of each column (1 column: of two
@ steps), r2 and r3 weights; accumulators of the channels of a block are r6 to r9 for the first column, r10 to r12 and lr for the
@ second. That is all, so the end of a loop is told from the column's pointer, with the limit on the stack.
@
@ The DSP instructions are macros of encodings, because LLVM refuses their names on the baseline of Armv8-M.
.syntax unified

.set .Lregister_r0, 0
.set .Lregister_r1, 1
.set .Lregister_r2, 2
.set .Lregister_r3, 3
.set .Lregister_r4, 4
.set .Lregister_r5, 5
.set .Lregister_r6, 6
.set .Lregister_r7, 7
.set .Lregister_r8, 8
.set .Lregister_r9, 9
.set .Lregister_r10, 10
.set .Lregister_r11, 11
.set .Lregister_r12, 12
.set .Lregister_lr, 14

@ SMLAD acc, n, m, acc: both taps at once.
.macro mac2 acc, n, m
  .inst.w 0xfb200000 | .Lregister_\n << 16 | .Lregister_\acc << 12 | .Lregister_\acc << 8 | .Lregister_\m
.endm
@ SXTB16 d, m: the lower bytes of the halfwords.
.macro low_bytes d, m
  .inst.w 0xfa2ff080 | .Lregister_\d << 8 | .Lregister_\m
.endm
@ SXTB16 d, m, ROR #8: the upper bytes of the halfwords.
.macro high_bytes d, m
  .inst.w 0xfa2ff090 | .Lregister_\d << 8 | .Lregister_\m
.endm
@ SMMLA acc, acc, m, a: a + floor(acc * m / 2^32).
.macro high_product acc, m, a
  .inst.w 0xfb500000 | .Lregister_\acc << 16 | .Lregister_\a << 12 | .Lregister_\acc << 8 | .Lregister_\m
.endm
@ SMMLAR d, n, m, a: a + round(n * m / 2^32).
.macro rounded_high_product d, n, m, a
  .inst.w 0xfb500010 | .Lregister_\n << 16 | .Lregister_\a << 12 | .Lregister_\d << 8 | .Lregister_\m
.endm

@ Two taps of four channels and two columns. Paired: a halfword is 256 a + b, so the products with the word are 256 times those
@ of channel a plus those of b, which are then summed alone. Plain: both bytes are taken out.
.set .Lmatrix_2_paired_step, 52
.macro matrix_2_paired_taps offset
  ldr.n r0, [r4, #\offset]
  ldr.n r1, [r4, #\offset + 4]
  ldr.w r2, [r5], #4
  ldr.w r3, [r5], #4
  mac2 r6, r2, r0
  mac2 r10, r2, r1
  low_bytes r2, r2
  mac2 r7, r2, r0
  mac2 r11, r2, r1
  mac2 r8, r3, r0
  mac2 r12, r3, r1
  low_bytes r3, r3
  mac2 r9, r3, r0
  mac2 lr, r3, r1
.endm
.set .Lmatrix_2_plain_step, 60
.macro matrix_2_plain_taps offset
  ldr.n r0, [r4, #\offset]
  ldr.n r1, [r4, #\offset + 4]
  ldr.w r2, [r5], #4
  high_bytes r3, r2
  mac2 r6, r3, r0
  mac2 r10, r3, r1
  low_bytes r3, r2
  mac2 r7, r3, r0
  mac2 r11, r3, r1
  ldr.w r2, [r5], #4
  high_bytes r3, r2
  mac2 r8, r3, r0
  mac2 r12, r3, r1
  low_bytes r3, r2
  mac2 r9, r3, r0
  mac2 lr, r3, r1
.endm

@ Four taps of four channels and one column.
.set .Lmatrix_1_paired_step, 68
.macro matrix_1_paired_taps offset
  ldr.n r0, [r4, #\offset]
  ldr.n r1, [r4, #\offset + 4]
  ldr.w r2, [r5], #4
  ldr.w r3, [r5], #4
  ldr.w r10, [r5], #4
  ldr.w r11, [r5], #4
  mac2 r6, r2, r0
  low_bytes r2, r2
  mac2 r7, r2, r0
  mac2 r8, r3, r0
  low_bytes r3, r3
  mac2 r9, r3, r0
  mac2 r6, r10, r1
  low_bytes r10, r10
  mac2 r7, r10, r1
  mac2 r8, r11, r1
  low_bytes r11, r11
  mac2 r9, r11, r1
.endm
.set .Lmatrix_1_plain_step, 84
.macro matrix_1_plain_taps offset
  ldr.n r0, [r4, #\offset]
  ldr.n r1, [r4, #\offset + 4]
  ldr.w r2, [r5], #4
  ldr.w r3, [r5], #4
  ldr.w r10, [r5], #4
  ldr.w r11, [r5], #4
  high_bytes r12, r2
  mac2 r6, r12, r0
  low_bytes r2, r2
  mac2 r7, r2, r0
  high_bytes r12, r3
  mac2 r8, r12, r0
  low_bytes r3, r3
  mac2 r9, r3, r0
  high_bytes r12, r10
  mac2 r6, r12, r1
  low_bytes r10, r10
  mac2 r7, r10, r1
  high_bytes r12, r11
  mac2 r8, r12, r1
  low_bytes r11, r11
  mac2 r9, r11, r1
.endm

@ Four taps of four channels and a vector of bytes, widened here.
.set .Lvector_paired_step, 74
.macro vector_paired_taps offset
  ldr.n r1, [r4, #\offset]
  ldr.w r2, [r5], #4
  ldr.w r3, [r5], #4
  ldr.w r10, [r5], #4
  ldr.w r11, [r5], #4
  low_bytes r0, r1
  high_bytes r1, r1
  mac2 r6, r2, r0
  low_bytes r2, r2
  mac2 r7, r2, r0
  mac2 r8, r3, r0
  low_bytes r3, r3
  mac2 r9, r3, r0
  mac2 r6, r10, r1
  low_bytes r10, r10
  mac2 r7, r10, r1
  mac2 r8, r11, r1
  low_bytes r11, r11
  mac2 r9, r11, r1
.endm
.set .Lvector_plain_step, 90
.macro vector_plain_taps offset
  ldr.n r1, [r4, #\offset]
  ldr.w r2, [r5], #4
  ldr.w r3, [r5], #4
  ldr.w r10, [r5], #4
  ldr.w r11, [r5], #4
  low_bytes r0, r1
  high_bytes r1, r1
  high_bytes r12, r2
  mac2 r6, r12, r0
  low_bytes r2, r2
  mac2 r7, r2, r0
  high_bytes r12, r3
  mac2 r8, r12, r0
  low_bytes r3, r3
  mac2 r9, r3, r0
  high_bytes r12, r10
  mac2 r6, r12, r1
  low_bytes r10, r10
  mac2 r7, r10, r1
  high_bytes r12, r11
  mac2 r8, r12, r1
  low_bytes r11, r11
  mac2 r9, r11, r1
.endm

@ The sums of a pair of channels from what the loops leave.
.macro paired_sums a, b
  sub.w \a, \a, \b
  asr.w \a, \a, #8
.endm
.macro plain_sums a, b
.endm
@ The same, doubled.
.macro paired_doubled a, b
  sub.w \a, \a, \b
  asr.w \a, \a, #7
  lsl.w \b, \b, #1
.endm
.macro plain_doubled a, b
  lsl.w \a, \a, #1
  lsl.w \b, \b, #1
.endm

@ HighMul::Floor without a shift: the result + 128, which has 16 bits.
.macro floor_step acc, multiplier, offset
  high_product \acc, \multiplier, \offset
.endm
@ HighMul::Floor. r0: multiplier, r1: offset, r2: shift.
.macro shifted_step acc
  high_product \acc, r0, r1
  asr.w \acc, \acc, r2
  usat \acc, #8, \acc
.endm
@ HighMul::Double of a doubled sum.
.macro double_step acc
  rounded_high_product r3, \acc, r0, r1
  add.w r3, r3, \acc, asr #31
  asr.w \acc, r3, r2
  usat \acc, #8, \acc
.endm

@ All sums of a block to bytes; r4 points at the constants.
.macro floor_2 form
  \form\()_sums r6, r7
  \form\()_sums r8, r9
  \form\()_sums r10, r11
  \form\()_sums r12, lr
  ldmia r4!, {r0-r3}
  floor_step r6, r0, r1
  floor_step r10, r0, r1
  floor_step r7, r2, r3
  floor_step r11, r2, r3
  ldmia r4!, {r0-r3}
  floor_step r8, r0, r1
  floor_step r12, r0, r1
  floor_step r9, r2, r3
  floor_step lr, r2, r3
  pack_halfwords r6, r7, r8, r9
  pack_halfwords r10, r11, r12, lr
.endm
.macro floor_1 form
  \form\()_sums r6, r7
  \form\()_sums r8, r9
  ldmia r4!, {r0-r3}
  floor_step r6, r0, r1
  floor_step r7, r2, r3
  ldmia r4!, {r0-r3}
  floor_step r8, r0, r1
  floor_step r9, r2, r3
  pack_halfwords r6, r7, r8, r9
.endm
.macro steps_2 step
  ldmia r4!, {r0-r2}
  \step r6
  \step r10
  ldmia r4!, {r0-r2}
  \step r7
  \step r11
  ldmia r4!, {r0-r2}
  \step r8
  \step r12
  ldmia r4!, {r0-r2}
  \step r9
  \step lr
  pack_bytes r6, r7, r8, r9
  pack_bytes r10, r11, r12, lr
.endm
.macro steps_1 step
  ldmia r4!, {r0-r2}
  \step r6
  ldmia r4!, {r0-r2}
  \step r7
  ldmia r4!, {r0-r2}
  \step r8
  ldmia r4!, {r0-r2}
  \step r9
  pack_bytes r6, r7, r8, r9
.endm
.macro shifted_2 form
  \form\()_sums r6, r7
  \form\()_sums r8, r9
  \form\()_sums r10, r11
  \form\()_sums r12, lr
  steps_2 shifted_step
.endm
.macro shifted_1 form
  \form\()_sums r6, r7
  \form\()_sums r8, r9
  steps_1 shifted_step
.endm
.macro double_2 form
  \form\()_doubled r6, r7
  \form\()_doubled r8, r9
  \form\()_doubled r10, r11
  \form\()_doubled r12, lr
  steps_2 double_step
.endm
.macro double_1 form
  \form\()_doubled r6, r7
  \form\()_doubled r8, r9
  steps_1 double_step
.endm

@ The same with one multiplier for all channels; its address is an argument, or itself and the offset lie in the frame.
.macro common_floor_1 form
  \form\()_sums r6, r7
  \form\()_sums r8, r9
  ldrd r0, r1, [sp, #56]
  floor_step r6, r0, r1
  floor_step r7, r0, r1
  floor_step r8, r0, r1
  floor_step r9, r0, r1
  pack_halfwords r6, r7, r8, r9
.endm
.macro common_steps_1 step
  ldr r3, [sp, #56]
  ldmia r3, {r0-r2}
  \step r6
  \step r7
  \step r8
  \step r9
  pack_bytes r6, r7, r8, r9
.endm
.macro common_shifted_1 form
  \form\()_sums r6, r7
  \form\()_sums r8, r9
  common_steps_1 shifted_step
.endm
.macro common_double_1 form
  \form\()_doubled r6, r7
  \form\()_doubled r8, r9
  common_steps_1 double_step
.endm

@ Four bytes with an offset of 128 to a word of signed bytes, in the first register.
.macro pack_bytes a, b, c, d
  orr.w \a, \a, \b, lsl #8
  orr.w \c, \c, \d, lsl #8
  orr.w \a, \a, \c, lsl #16
  eor.w \a, \a, #0x80808080
.endm

@ The same of four halfwords, saturated here.
.macro pack_halfwords a, b, c, d
  @ PKHBT, LSL #16
  .inst.w 0xeac04000 | .Lregister_\a << 16 | .Lregister_\a << 8 | .Lregister_\c
  .inst.w 0xeac04000 | .Lregister_\b << 16 | .Lregister_\b << 8 | .Lregister_\d
  @ USAT16 to 8 bits
  .inst.w 0xf3a00008 | .Lregister_\a << 16 | .Lregister_\a << 8
  .inst.w 0xf3a00008 | .Lregister_\b << 16 | .Lregister_\b << 8
  orr.w \a, \a, \b, lsl #8
  eor.w \a, \a, #0x80808080
.endm

.macro begin_function name
  .section .text.\name,"ax",%progbits
  .p2align 2
  .global \name
  .hidden \name
  .type \name, %function
  .thumb_func
\name:
.endm
.macro end_function name
  .size \name, . - \name
.endm

@ The head: saves registers, works out where the column begins so that the last pass of the unrolled loop is whole, and where in
@ the loop the first pass begins.
@ Arguments: r0 columns, r1 weights, r2 constants, r3 result; on the stack the second result, the number of the loop's steps,
@ and the end of the constants. Frame: 0 column, 4 its end, 8 place in the loop, 12 constants, 16 result; 56 second result, 60
@ steps, 64 end of the constants. \bytes: of code for a step; \steps: of the unrolled loop, 32, 16 or 4. The longest one moves the column
@ on in its middle, too. \shift: of the column's bytes for a step.
.macro head bytes, steps, loop, shift=3
  push.w {r4-r11, lr}
  sub sp, #20
  str r3, [sp, #16]
  mov r5, r1
  ldr r6, [sp, #60]
  add.w r7, r0, r6, lsl #\shift
  str r7, [sp, #4]
  rsbs r7, r6, #0
  .if \steps < 16
  and r6, r7, #\steps - 1
  .else
  and r6, r7, #15
  .endif
  sub.w r0, r0, r6, lsl #\shift
  str r0, [sp, #0]
  and r7, r7, #\steps - 1
  movs r6, #\bytes
  mul r6, r7, r6
  .if \steps > 16
  lsrs r7, r7, #4
  add.w r6, r6, r7, lsl #1
  .endif
  adr.w r7, \loop
  add r6, r7
  adds r6, #1
  str r6, [sp, #8]
  mov r4, r2
.endm
.macro enter_loop
  ldr r4, [sp, #0]
  ldr.w pc, [sp, #8]
  .p2align 2
.endm
.macro matrix_2_loop form, steps, loop
  .if \steps == 4
  .irp step, 0,1,2,3
  matrix_2_\form\()_taps \step * 8
  .endr
  adds r4, #32
  .else
  .irp step, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
  matrix_2_\form\()_taps \step * 8
  .endr
  adds r4, #128
  .irp step, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
  matrix_2_\form\()_taps \step * 8
  .endr
  adds r4, #128
  .endif
  ldr r0, [sp, #4]
  cmp r4, r0
  bne.w \loop
  ldr r4, [sp, #12]
.endm
@ Here the limit is in lr.
.macro matrix_1_loop form, steps, loop
  .if \steps == 4
  .irp step, 0,1,2,3
  matrix_1_\form\()_taps \step * 8
  .endr
  adds r4, #32
  .else
  .irp step, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
  matrix_1_\form\()_taps \step * 8
  .endr
  adds r4, #128
  .endif
  cmp r4, lr
  bne.w \loop
  ldr r4, [sp, #12]
.endm
.macro vector_loop form, steps, loop
  .if \steps == 4
  .irp step, 0,1,2,3
  vector_\form\()_taps \step * 4
  .endr
  adds r4, #16
  .else
  .irp step, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
  vector_\form\()_taps \step * 4
  .endr
  adds r4, #64
  .endif
  cmp r4, lr
  bne.w \loop
  ldr r4, [sp, #12]
.endm
.macro return
  add sp, #20
  pop.w {r4-r11, pc}
.endm

@ Two columns, to bytes.
.macro matrix_2_bytes finish, form, steps, suffix
begin_function __tinyml_matrix_2_\finish\()_\form\suffix
  head .Lmatrix_2_\form\()_step, \steps, 2f
1:
  ldmia.w r4!, {r6-r9}
  str r4, [sp, #12]
  mov r10, r6
  mov r11, r7
  mov r12, r8
  mov lr, r9
  enter_loop
2:
  matrix_2_loop \form, \steps, 2b
  \finish\()_2 \form
  ldr r0, [sp, #16]
  ldr r1, [sp, #56]
  ldr r2, [sp, #64]
  str r6, [r0], #4
  str.w r10, [r1], #4
  str r0, [sp, #16]
  str r1, [sp, #56]
  cmp r4, r2
  bne.w 1b
  return
end_function __tinyml_matrix_2_\finish\()_\form\suffix
.endm

@ Two columns of one block, to the sums: four of the first column, four of the second.
.macro matrix_2_sums form, steps, suffix
begin_function __tinyml_matrix_2_sums_\form\suffix
  head .Lmatrix_2_\form\()_step, \steps, 2f
  ldmia.w r4!, {r6-r9}
  str r4, [sp, #12]
  mov r10, r6
  mov r11, r7
  mov r12, r8
  mov lr, r9
  enter_loop
2:
  matrix_2_loop \form, \steps, 2b
  \form\()_sums r6, r7
  \form\()_sums r8, r9
  \form\()_sums r10, r11
  \form\()_sums r12, lr
  ldr r0, [sp, #16]
  stmia.w r0, {r6-r12, lr}
  return
end_function __tinyml_matrix_2_sums_\form\suffix
.endm

@ What happens to the place of one column's results: in the paired form r12 has it, in the plain form the frame.
.macro keep_result form
  .ifc \form, paired
  mov r12, r3
  .endif
.endm
.macro put_result form
  .ifc \form, paired
  str r6, [r12], #4
  .else
  ldr r0, [sp, #16]
  str r6, [r0], #4
  str r0, [sp, #16]
  .endif
.endm

@ One column, to bytes. A step of the loop is four taps.
.macro matrix_1_bytes finish, form, steps, suffix
begin_function __tinyml_matrix_1_\finish\()_\form\suffix
  head .Lmatrix_1_\form\()_step, \steps, 2f
  keep_result \form
  ldr.w lr, [sp, #4]
1:
  ldmia.w r4!, {r6-r9}
  str r4, [sp, #12]
  enter_loop
2:
  matrix_1_loop \form, \steps, 2b
  \finish\()_1 \form
  put_result \form
  ldr r2, [sp, #64]
  cmp r4, r2
  bne.w 1b
  return
end_function __tinyml_matrix_1_\finish\()_\form\suffix
.endm

@ One column of one block, to the sums.
.macro matrix_1_sums form, steps, suffix
begin_function __tinyml_matrix_1_sums_\form\suffix
  head .Lmatrix_1_\form\()_step, \steps, 2f
  ldr.w lr, [sp, #4]
  ldmia.w r4!, {r6-r9}
  str r4, [sp, #12]
  enter_loop
2:
  matrix_1_loop \form, \steps, 2b
  \form\()_sums r6, r7
  \form\()_sums r8, r9
  ldr r0, [sp, #16]
  stmia.w r0, {r6-r9}
  return
end_function __tinyml_matrix_1_sums_\form\suffix
.endm

@ A vector of bytes, to bytes. A step of the loop is a word of it. On the stack there is the address of the common constants
@ instead of the second result.
.macro vector_bytes finish, form, steps, suffix
begin_function __tinyml_vector_\finish\()_\form\suffix
  head .Lvector_\form\()_step, \steps, 2f, 2
  keep_result \form
  .ifc \finish, common_floor
  ldr r6, [sp, #56]
  ldrd r6, r7, [r6]
  strd r6, r7, [sp, #56]
  .endif
  ldr.w lr, [sp, #4]
1:
  ldmia.w r4!, {r6-r9}
  str r4, [sp, #12]
  enter_loop
2:
  vector_loop \form, \steps, 2b
  \finish\()_1 \form
  put_result \form
  ldr r2, [sp, #64]
  cmp r4, r2
  bne.w 1b
  return
end_function __tinyml_vector_\finish\()_\form\suffix
.endm

@ A vector of bytes with one block, to the sums.
.macro vector_sums form, steps, suffix
begin_function __tinyml_vector_sums_\form\suffix
  head .Lvector_\form\()_step, \steps, 2f, 2
  ldr.w lr, [sp, #4]
  ldmia.w r4!, {r6-r9}
  str r4, [sp, #12]
  enter_loop
2:
  vector_loop \form, \steps, 2b
  \form\()_sums r6, r7
  \form\()_sums r8, r9
  ldr r0, [sp, #16]
  stmia.w r0, {r6-r9}
  return
end_function __tinyml_vector_sums_\form\suffix
.endm

@ r0 activations, r1 the column, r2 their number: widens them, every other word of the column.
.macro widen_word word, free
  low_bytes \free, \word
  str \free, [r1], #8
  high_bytes \word, \word
  str \word, [r1], #8
.endm
@ PKHBT d, n, m, LSL #16
.macro join_halfwords d, n, m
  .inst.w 0xeac04000 | .Lregister_\n << 16 | .Lregister_\d << 8 | .Lregister_\m
.endm
begin_function __tinyml_widen_2
  subs r2, #16
  blo.n 2f
  push {r4-r6}
1:
  ldr r3, [r0], #4
  ldr r4, [r0], #4
  ldr r5, [r0], #4
  ldr r12, [r0], #4
  widen_word r3, r6
  widen_word r4, r6
  widen_word r5, r6
  widen_word r12, r6
  subs r2, #16
  bhs.n 1b
  pop {r4-r6}
2:
  adds r2, #12
  blo.n 4f
3:
  ldr r3, [r0], #4
  widen_word r3, r12
  subs r2, #4
  bhs.n 3b
4:
  adds r2, #4
  beq.n 7f
  ldrsb r3, [r0]
  cmp r2, #2
  blo.n 6f
  beq.n 5f
  ldrsb r12, [r0, #2]
  join_halfwords r3, r3, r12
  str r3, [r1], #8
  ldrsb r3, [r0, #1]
  b.n 6f
5:
  ldrsb r12, [r0, #1]
  join_halfwords r3, r3, r12
  str r3, [r1]
  bx lr
6:
  uxth r3, r3
  str r3, [r1]
7:
  bx lr
end_function __tinyml_widen_2

.macro functions form, steps_2, steps_1, suffix
  .irp finish, floor, shifted, double
  matrix_2_bytes \finish, \form, \steps_2, \suffix
  matrix_1_bytes \finish, \form, \steps_1, \suffix
  vector_bytes \finish, \form, \steps_1, \suffix
  vector_bytes common_\finish, \form, \steps_1, \suffix
  .endr
  matrix_2_sums \form, \steps_2, \suffix
  matrix_1_sums \form, \steps_1, \suffix
  vector_sums \form, \steps_1, \suffix
.endm
.irp form, paired, plain
  functions \form, 32, 16,
  functions \form, 4, 4, _small
.endr
.text
