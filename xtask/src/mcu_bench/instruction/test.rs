//! Encodings as the GNU assembler writes them (binutils 2.40).

use super::Operation::{self, *};
use super::{Instruction, InstructionSet};

fn decode(set: InstructionSet, hex: &str) -> Option<Instruction> {
    let bytes =
        hex.as_bytes().chunks(2).map(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
    set.decode(&bytes.collect::<Option<Vec<_>>>()?)
}

/// All lines `hex assembler code` are of the operation.
fn check(set: InstructionSet, operation: Operation, lines: &str) {
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (hex, _) = line.split_once(' ').unwrap();
        let expected = Instruction { bytes: hex.len() / 2, operation };
        assert_eq!(decode(set, hex), Some(expected), "{line}");
    }
}

#[test]
fn thumb_moves_loads_and_stores() {
    check(
        InstructionSet::Thumb,
        Simple,
        "
        e0ee101b vdup.8 q0,r1
        50ee702b vmov.s8 r2,q0[3]
        11ec000f vmov q0[2],q0[0],r0,r1
        2ffa81f0 sxtb16 r0,r1
        31fa82f0 uxtab16 r0,r1,r2
        01f30700 ssat r0,#8,r1
        82fa81f0 qadd r0,r1,r2
        91fa02f0 sadd16 r0,r1,r2
        91faa1f0 rbit r0,r1
        01fa02f0 lsl.w r0,r1,r2
        c0f2d240 movt r0,#1234
        aff30080 nop.w
        bff34f8f dsb
        80f31088 msr primask,r0
        90f804f0 pld [r0,#4]
        c8b2 uxtb r0,r1
        0846 moveq r0,r1
        00ee100a vmov s0,r0
        41ec100b vmov d0,r0,r1
        00f001e0 dlstp.8 lr,r0
        51ea0280 csel r0,r1,r2,eq
        50ea2d21 asrl r0,r1,r2
        ",
    );
    check(
        InstructionSet::Thumb,
        Load,
        "
        0868 ldr r0,[r1]
        0148 ldr r0,[pc,#4]
        c878 ldrb r0,[r1,#3]
        91f90300 ldrsb r0,[r1,#3]
        885e ldrsh r0,[r1,r2]
        d1f80480 ldr.w r8,[r1,#4]
        51f8040f ldr r0,[r1,#4]!
        51f82200 ldr.w r0,[r1,r2,lsl #2]
        d1e84f0f ldrexb r0,[r1]
        90ed000a vldr s0,[r0]
        d1e8af0f lda r0,[r1]
        ",
    );
    check(
        InstructionSet::Thumb,
        LoadPair,
        "
        d2e90001 ldrd r0,r1,[r2]
        f2e80201 ldrd r0,r1,[r2],#8
        72e90201 ldrd r0,r1,[r2,#-8]!
        ",
    );
    check(
        InstructionSet::Thumb,
        LoadMany { words: 2, jumps: false },
        "
        06c8 ldm r0!,{r1,r2}
        03bc pop {r0,r1}
        90e80003 ldm.w r0,{r8,r9}
        30e90600 ldmdb r0!,{r1,r2}
        b0ec020a vldm r0!,{s0,s1}
        bdec020b vpop {d0}
        ",
    );
    check(
        InstructionSet::Thumb,
        LoadMany { words: 2, jumps: true },
        "
        01bd pop {r0,pc}
        bde80081 pop.w {r8,pc}
        b0e80081 ldm.w r0!,{r8,pc}
        ",
    );
    check(
        InstructionSet::Thumb,
        LoadMany { words: 1, jumps: true },
        "
        5df804fb pop.w {pc}
        d0f800f0 ldr pc,[r0]
        50f821f0 ldr.w pc,[r0,r1,lsl #2]
        ",
    );
    check(
        InstructionSet::Thumb,
        Store,
        "
        0860 str r0,[r1]
        0190 str r0,[sp,#4]
        8854 strb r0,[r1,r2]
        8852 strh r0,[r1,r2]
        41f8040b str r0,[r1],#4
        21f8020d strh r0,[r1,#-2]!
        c2e8401f strexb r0,r1,[r2]
        c1e8af0f stl r0,[r1]
        ",
    );
    check(
        InstructionSet::Thumb,
        StorePair,
        "
        c2e90001 strd r0,r1,[r2]
        e2e90201 strd r0,r1,[r2,#8]!
        ",
    );
    check(
        InstructionSet::Thumb,
        StoreMany { words: 2 },
        "
        06c0 stm r0!,{r1,r2}
        01b5 push {r0,lr}
        2de90041 push.w {r8,lr}
        20e90600 stmdb r0!,{r1,r2}
        a0ec020a vstm r0!,{s0,s1}
        2ded020b vpush {d0}
        ",
    );
}

#[test]
fn thumb_products_and_quotients() {
    check(
        InstructionSet::Thumb,
        Multiply,
        "
        21fb02f0 smuad r0,r1,r2
        11fb02f0 smulbb r0,r1,r2
        11fb22f0 smultb r0,r1,r2
        31fb12f0 smulwt r0,r1,r2
        41fb02f0 smusd r0,r1,r2
        51fb02f0 smmul r0,r1,r2
        51fb12f0 smmulr r0,r1,r2
        71fb02f0 usad8 r0,r1,r2
        01fb02f8 mul r8,r1,r2
        4843 muls r0,r1,r0
        ",
    );
    check(
        InstructionSet::Thumb,
        MultiplyAccumulate,
        "
        21fb0230 smlad r0,r1,r2,r3
        21fb1230 smladx r0,r1,r2,r3
        11fb0230 smlabb r0,r1,r2,r3
        11fb3230 smlatt r0,r1,r2,r3
        31fb0230 smlawb r0,r1,r2,r3
        41fb0230 smlsd r0,r1,r2,r3
        51fb0230 smmla r0,r1,r2,r3
        51fb1230 smmlar r0,r1,r2,r3
        61fb0230 smmls r0,r1,r2,r3
        01fb0230 mla r0,r1,r2,r3
        01fb1230 mls r0,r1,r2,r3
        71fb0230 usada8 r0,r1,r2,r3
        ",
    );
    check(
        InstructionSet::Thumb,
        MultiplyLong,
        "
        82fb0301 smull r0,r1,r2,r3
        a2fb0301 umull r0,r1,r2,r3
        c2fb0301 smlal r0,r1,r2,r3
        e2fb0301 umlal r0,r1,r2,r3
        e2fb6301 umaal r0,r1,r2,r3
        c2fb8301 smlalbb r0,r1,r2,r3
        c2fbc301 smlald r0,r1,r2,r3
        d2fbc301 smlsld r0,r1,r2,r3
        ",
    );
    check(
        InstructionSet::Thumb,
        Divide,
        "
        91fbf2f0 sdiv r0,r1,r2
        b1fbf2f0 udiv r0,r1,r2
        ",
    );
}

#[test]
fn thumb_branches() {
    check(
        InstructionSet::Thumb,
        Branch,
        "
        02d0 beq .+8
        40f00280 bne.w .+8
        10b1 cbz r0,.+8
        10b9 cbnz r0,.+8
        0ff007c0 le lr,.-8
        40f003c0 wls lr,r0,.+8
        00f003c0 wlstp.8 lr,r0,.+8
        1ff007c0 letp lr,.-8
        ",
    );
    check(
        InstructionSet::Thumb,
        Jump,
        "
        02e0 b .+8
        00f002b8 b.w .+8
        ",
    );
    check(
        InstructionSet::Thumb,
        Call,
        "
        00f002f8 bl .+8
        8047 blx r0
        ",
    );
    check(
        InstructionSet::Thumb,
        JumpIndirect,
        "
        7047 bx lr
        0047 bx r0
        dfe800f0 tbb [pc,r0]
        dfe810f0 tbh [pc,r0,lsl #1]
        8746 mov pc,r0
        8744 add pc,r0
        ",
    );
}

#[test]
fn thumb_floating_point() {
    check(
        InstructionSet::Thumb,
        Float,
        "
        30ee810a vadd.f32 s0,s1,s2
        20ee810a vmul.f32 s0,s1,s2
        30eec10a vsub.f32 s0,s1,s2
        bdeee00a vcvt.s32.f32 s0,s1
        b4ee600a vcmp.f32 s0,s1
        b0eee00a vabs.f32 s0,s1
        b1ee600a vneg.f32 s0,s1
        b0ee600a vmov.f32 s0,s1
        b7ee000a vmov.f32 s0,#1.0
        ",
    );
    check(
        InstructionSet::Thumb,
        FloatMultiplyAccumulate,
        "
        00ee810a vmla.f32 s0,s1,s2
        00eec10a vmls.f32 s0,s1,s2
        10eec10a vnmla.f32 s0,s1,s2
        a0ee810a vfma.f32 s0,s1,s2
        a0eec10a vfms.f32 s0,s1,s2
        90eec10a vfnma.f32 s0,s1,s2
        ",
    );
    check(
        InstructionSet::Thumb,
        FloatDivide,
        "
        80ee810a vdiv.f32 s0,s1,s2
        b1eee00a vsqrt.f32 s0,s1
        ",
    );
}

#[test]
fn helium() {
    check(
        InstructionSet::Thumb,
        VectorLoad,
        "
        90ed001e vldrb.8 q0,[r0]
        90fd040f vldrb.u32 q0,[r0,#4]
        b0ed811e vldrh.16 q0,[r0,#2]!
        90ed041f vldrw.32 q0,[r0,#16]
        90fc130f vldrh.u32 q0,[r0,q1,uxtw #1]
        92fd011e vldrw.32 q0,[q1,#4]
        b2fd011f vldrd.64 q0,[q1,#8]!
        b0fc201e vld21.8 {q0,q1},[r0]!
        ",
    );
    check(
        InstructionSet::Thumb,
        VectorStore,
        "
        80ed001e vstrb.8 q0,[r0]
        80ed800e vstrb.16 q0,[r0]
        a0ec811e vstrh.16 q0,[r0],#2
        80ed041f vstrw.32 q0,[r0,#16]
        80ec020e vstrb.8 q0,[r0,q1]
        80ec020f vstrb.32 q0,[r0,q1]
        80ec430f vstrw.32 q0,[r0,q1,uxtw #2]
        82fd011e vstrw.32 q0,[q1,#4]
        80fc001e vst20.8 {q0,q1},[r0]
        a0fc611f vst43.32 {q0,q1,q2,q3},[r0]!
        ",
    );
    check(
        InstructionSet::Thumb,
        VectorMultiply,
        "
        02ef5409 vmul.i8 q0,q1,q2
        12ef5469 vmul.i16 q3,q1,q2
        2cef5ae9 vmul.i32 q7,q6,q5
        23ee621e vmul.i32 q0,q1,r2
        03ee6e1e vmul.i8 q0,q1,lr
        03ee050e vmulh.s8 q0,q1,q2
        13fe050e vmulh.u16 q0,q1,q2
        23ee051e vrmulh.s32 q0,q1,q2
        03ee040e vmullb.s8 q0,q1,q2
        13fe041e vmullt.u16 q0,q1,q2
        33ee040e vmullb.p8 q0,q1,q2
        22ef440b vqdmulh.s32 q0,q1,q2
        13ee630e vqdmulh.s16 q0,q1,r3
        22ff440b vqrdmulh.s32 q0,q1,q2
        23fe630e vqrdmulh.s32 q0,q1,r3
        32ee050f vqdmullb.s16 q0,q1,q2
        32fe051f vqdmullt.s32 q0,q1,q2
        32ee630f vqdmullb.s16 q0,q1,r3
        22ee630e vqdmlah.s32 q0,q1,r3
        22ee430e vqrdmlah.s32 q0,q1,r3
        22ee631e vqdmlash.s32 q0,q1,r3
        12ee431e vqrdmlash.s16 q0,q1,r3
        22ee040e vqdmladh.s32 q0,q1,q2
        22ee051e vqrdmladhx.s32 q0,q1,q2
        12fe040e vqdmlsdh.s16 q0,q1,q2
        03ee430e vmla.s8 q0,q1,r3
        23fe430e vmla.u32 q0,q1,r3
        13ee431e vmlas.s16 q0,q1,r3
        f2ee040f vmladav.s8 r0,q1,q2
        f2ee240f vmladava.s8 r0,q1,q2
        f2ee041e vmladavx.s16 r0,q1,q2
        fafe2c2f vmladava.u8 r2,q5,q6
        f2ee040e vmladav.s16 r0,q1,q2
        f3ee24ee vmladava.s32 lr,q1,q2
        fffe2eee vmladava.u32 lr,q7,q7
        f0fe204e vmladava.u16 r4,q0,q0
        f2ee050e vmlsdav.s16 r0,q1,q2
        f2fe250e vmlsdava.s8 r0,q1,q2
        82ee040e vmlaldav.s16 r0,r1,q1,q2
        a3ee244e vmlaldava.s32 r4,r5,q1,q2
        d3fe244e vmlaldava.u32 r4,r11,q1,q2
        82ee041e vmlaldavx.s16 r0,r1,q1,q2
        82ee050e vmlsldav.s16 r0,r1,q1,q2
        82ee040f vrmlaldavh.s32 r0,r1,q1,q2
        82ee240f vrmlaldavha.s32 r0,r1,q1,q2
        82fe240f vrmlaldavha.u32 r0,r1,q1,q2
        82fe050e vrmlsldavh.s32 r0,r1,q1,q2
        02ff540d vmul.f32 q0,q1,q2
        12ff540d vmul.f16 q0,q1,q2
        33ee620e vmul.f32 q0,q1,r2
        02ef540c vfma.f32 q0,q1,q2
        12ef540c vfma.f16 q0,q1,q2
        22ef540c vfms.f32 q0,q1,q2
        33ee420e vfma.f32 q0,q1,r2
        33ee421e vfmas.f32 q0,q1,r2
        32fe050e vcmul.f32 q0,q1,q2,#90
        b2fc4408 vcmla.f32 q0,q1,q2,#90
        ",
    );
    check(
        InstructionSet::Thumb,
        Vector,
        "
        02ef4408 vadd.i8 q0,q1,q2
        03ee420f vadd.i8 q0,q1,r2
        02ef440d vadd.f32 q0,q1,q2
        22ee620f vqadd.s32 q0,q1,r2
        22ee420f vhadd.s32 q0,q1,r2
        22ee040f vhcadd.s32 q0,q1,q2,#90
        02ef4406 vmax.s8 q0,q1,q2
        e6ee020f vmaxv.s16 r0,q1
        e0ee020f vmaxav.s8 r0,q1
        b0fe421f vmovlt.u16 q0,q1
        35fe831e vmovnt.i32 q0,q1
        31ee830e vqmovunb.s16 q0,q1
        a3ef5205 vshl.i32 q0,q1,#3
        24ef5205 vqrshl.s32 q0,q1,q2
        bdef5202 vrshr.s32 q0,q1,#3
        9dfec21f vqrshrunt.s32 q0,q1,#3
        31ee030e vshllb.s8 q0,q1,#8
        8fff5204 vsri.8 q0,q1,#1
        02ff5401 veor q0,q1,q2
        b0ffc205 vmvn q0,q1
        80ef570e vmov.i8 q0,#7
        b8ff4207 vqabs.s32 q0,q1
        22ef4407 vabd.s32 q0,q1,q2
        92fe052f vabav.u16 r2,q1,q2
        f9ee020f vaddv.s32 r0,q1
        a9ee224f vaddlva.s32 r4,r5,q1
        21fe031f vcmp.s32 gt,q0,q1
        31ee031f vcmp.f32 gt,q0,q1
        71fe4d0f vpst
        22ef4408 vaddt.i32 q0,q1,q2
        21ee6f1f vddup.u32 q0,r0,#2
        b0ff4201 vrev16.8 q0,q1
        03fe621e vbrsr.8 q0,q1,r2
        baff4205 vrinta.f32 q0,q1
        ",
    );
}

#[test]
fn riscv() {
    check(
        InstructionSet::RiscV,
        Load,
        "
        83863bff lb a3,-13(s7)
        03440600 lbu s0,0(a2)
        035dc500 lhu s10,12(a0)
        83a50202 lw a1,32(t0)
        0841 c.lw a0,0(a0)
        b240 c.lwsp ra,12(sp)
        ",
    );
    check(
        InstructionSet::RiscV,
        Store,
        "
        23000fff sb a6,-32(t5)
        23a00200 sw zero,0(t0)
        0cc1 c.sw a1,0(a0)
        06c6 c.swsp ra,12(sp)
        ",
    );
    check(
        InstructionSet::RiscV,
        Branch,
        "
        630cd52e beq a0,a3,760
        e38a06cc beqz a3,-812
        e3ec72fe bgtu t2,t0,-8
        6399b600 bne a3,a1,18
        19c1 c.beqz a0,6
        19e1 c.bnez a0,6
        ",
    );
    check(
        InstructionSet::RiscV,
        Jump,
        "
        19a8 c.j 22
        6f00000a j 160
        ",
    );
    check(
        InstructionSet::RiscV,
        Call,
        "
        e78020fa jalr ra,ra,-94
        ef00000a jal ra,160
        0295 c.jalr a0
        2120 c.jal 8
        ",
    );
    check(
        InstructionSet::RiscV,
        JumpIndirect,
        "
        67800200 jr t0
        8280 ret
        0285 c.jr a0
        ",
    );
    check(
        InstructionSet::RiscV,
        Multiply,
        "
        b385d502 mul a1,a1,a3
        ",
    );
    check(
        InstructionSet::RiscV,
        MultiplyLong,
        "
        b397c502 mulh a5,a1,a2
        333fc702 mulhu t5,a4,a2
        ",
    );
    check(
        InstructionSet::RiscV,
        Divide,
        "
        3355b502 divu a0,a0,a1
        3345b502 div a0,a0,a1
        3375b502 remu a0,a0,a1
        ",
    );
    check(
        InstructionSet::RiscV,
        Simple,
        "
        2695 add a0,a0,s1
        13868202 addi a2,t0,40
        b3f4a500 and s1,a1,a0
        97020000 auipc t0,0
        732540f1 csrr a0,mhartid
        73001000 ebreak
        0290 c.ebreak
        0100 nop
        b396e600 sll a3,a3,a4
        2e85 c.mv a0,a1
        3307b040 neg a4,a1
        ",
    );
}

#[test]
fn code_that_ends_inside_an_instruction_is_none() {
    assert_eq!(decode(InstructionSet::Thumb, "00"), None);
    assert_eq!(decode(InstructionSet::Thumb, "00f0"), None);
    assert_eq!(decode(InstructionSet::RiscV, "8302"), None);
}
