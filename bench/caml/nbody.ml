(* Mutable records of floats. *)
type body = { mutable x : float; mutable y : float; mutable z : float; mutable vx : float; mutable vy : float;
              mutable vz : float; mass : float }

let pi = 3.141592653589793
let solar_mass = 4. *. pi *. pi
let days = 365.24

let bodies () = [|
  { x = 0.; y = 0.; z = 0.; vx = 0.; vy = 0.; vz = 0.; mass = solar_mass };
  { x = 4.84143144246472090; y = -1.16032004402742839; z = -0.103622044471123109;
    vx = 0.00166007664274403694 *. days; vy = 0.00769901118419740425 *. days; vz = -0.0000690460016972063023 *. days;
    mass = 0.000954791938424326609 *. solar_mass };
  { x = 8.34336671824457987; y = 4.12479856412430479; z = -0.403523417114321381;
    vx = -0.00276742510726411136 *. days; vy = 0.00499852801234917238 *. days; vz = 0.0000230417297573763929 *. days;
    mass = 0.000285885980666130812 *. solar_mass };
  { x = 12.8943695621391310; y = -15.1111514016986312; z = -0.223307578892655734;
    vx = 0.00296460137564761618 *. days; vy = 0.00237847173959480950 *. days; vz = -0.0000296589568540237556 *. days;
    mass = 0.0000436624404335156298 *. solar_mass };
  { x = 15.3796971148509165; y = -25.9193146099879641; z = 0.179258772950371181;
    vx = 0.00268067772490389322 *. days; vy = 0.00162824170038242295 *. days; vz = -0.0000951592254519715870 *. days;
    mass = 0.0000515138902046611451 *. solar_mass } |]

let advance bodies dt =
  let n = Array.length bodies in
  for i = 0 to n - 1 do
    let b = bodies.(i) in
    for j = i + 1 to n - 1 do
      let c = bodies.(j) in
      let dx = b.x -. c.x and dy = b.y -. c.y and dz = b.z -. c.z in
      let d2 = dx *. dx +. dy *. dy +. dz *. dz in
      let mag = dt /. (d2 *. sqrt d2) in
      b.vx <- b.vx -. dx *. c.mass *. mag;
      b.vy <- b.vy -. dy *. c.mass *. mag;
      b.vz <- b.vz -. dz *. c.mass *. mag;
      c.vx <- c.vx +. dx *. b.mass *. mag;
      c.vy <- c.vy +. dy *. b.mass *. mag;
      c.vz <- c.vz +. dz *. b.mass *. mag
    done
  done;
  for i = 0 to n - 1 do
    let b = bodies.(i) in
    b.x <- b.x +. dt *. b.vx;
    b.y <- b.y +. dt *. b.vy;
    b.z <- b.z +. dt *. b.vz
  done

let run () =
  let all = bodies () in
  for _ = 1 to 100_000 do
    advance all 0.01
  done;
  int_of_float (all.(0).x *. 1e9) + int_of_float (all.(1).y *. 1e9)
