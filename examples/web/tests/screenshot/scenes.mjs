// The photographs in the screenshot: drawn, so that the pictures belong to nobody.

const WIDTH = 1200;
const HEIGHT = 800;

/** Hills in the morning mist over a pond. */
export function dawn() {
  const hills = [
    { base: 330, swing: 46, colour: '#b9c3c4' },
    { base: 372, swing: 58, colour: '#93a5a7' },
    { base: 420, swing: 44, colour: '#6b8486' },
    { base: 468, swing: 30, colour: '#446163' },
  ].map(({ base, swing, colour }, layer) => `<path d="${ridge(base, swing, layer)}" fill="${colour}"/>`);
  return svg(`
    <defs>
      <linearGradient id="sky" x2="0" y2="1">
        <stop offset="0" stop-color="#7b93a8"/><stop offset=".55" stop-color="#e3c9b4"/><stop offset="1" stop-color="#f4dfc4"/>
      </linearGradient>
      <linearGradient id="mist" x2="0" y2="1">
        <stop offset="0" stop-color="#f3e3d0" stop-opacity="0"/><stop offset="1" stop-color="#f3e3d0" stop-opacity=".75"/>
      </linearGradient>
      <radialGradient id="sun"><stop offset="0" stop-color="#fff8ea"/><stop offset=".16" stop-color="#fff1d8"/><stop offset=".26" stop-color="#ffe9c4" stop-opacity=".55"/><stop offset="1" stop-color="#ffe3b8" stop-opacity="0"/></radialGradient>
      <filter id="ripple" x="0" width="1"><feTurbulence baseFrequency=".004 .09" numOctaves="3" seed="4"/><feDisplacementMap in="SourceGraphic" scale="34" xChannelSelector="R" yChannelSelector="G"/></filter>
      <clipPath id="water"><rect y="500" width="${WIDTH}" height="300"/></clipPath>
    </defs>
    <g id="land">
      <rect width="${WIDTH}" height="520" fill="url(#sky)"/>
      <circle cx="800" cy="300" r="290" fill="url(#sun)"/>
      ${hills.join('')}
      <rect y="330" width="${WIDTH}" height="190" fill="url(#mist)"/>
    </g>
    <g clip-path="url(#water)">
      <g filter="url(#ripple)"><use href="#land" transform="matrix(1.12 0 0 -1 -72 1010)"/></g>
      <rect y="500" width="${WIDTH}" height="300" fill="#26424a" opacity=".42"/>
    </g>
    ${heron(330, 610, 1.15)}
    ${reeds()}
    ${grain(0.1)}`);
}

/** Rings of lichen on a stone. */
export function lichen() {
  const random = numbers(8);
  const rings = Array.from({ length: 26 }, () => {
    const [x, y, r] = [random() * WIDTH, random() * HEIGHT, 30 + random() * random() * 190];
    const colour = ['#d8a62a', '#e3b94b', '#c5cfae', '#b9c7a2', '#c9822c'][Math.floor(random() * 5)];
    return `<g opacity=".9"><circle cx="${x}" cy="${y}" r="${r}" fill="${colour}"/><circle cx="${x}" cy="${y}" r="${r * 0.72}" fill="#000" opacity=".16"/><circle cx="${x}" cy="${y}" r="${r * 0.5}" fill="${colour}" opacity=".6"/></g>`;
  });
  return svg(`
    <defs>
      <filter id="stone"><feTurbulence type="fractalNoise" baseFrequency=".012 .016" numOctaves="5" seed="3"/><feColorMatrix values="0 0 0 0 .47  0 0 0 0 .48  0 0 0 0 .47  .9 .4 0 0 .1"/></filter>
      <filter id="rough" x="-.2" y="-.2" width="1.4" height="1.4"><feTurbulence type="fractalNoise" baseFrequency=".028" numOctaves="4" seed="9"/><feDisplacementMap in="SourceGraphic" scale="95" xChannelSelector="R" yChannelSelector="G"/></filter>
    </defs>
    <rect width="${WIDTH}" height="${HEIGHT}" fill="#5c6160"/>
    <rect width="${WIDTH}" height="${HEIGHT}" filter="url(#stone)"/>
    <g filter="url(#rough)">${rings.join('')}</g>
    ${grain(0.34)}`);
}

/** The first ice on a ditch. */
export function ice() {
  const random = numbers(21);
  const cracks = Array.from({ length: 16 }, () => {
    let [x, y] = [random() * WIDTH, random() * HEIGHT];
    let angle = random() * 6.3;
    let path = `M${x} ${y}`;
    for (let step = 0; step < 9; step += 1) {
      angle += (random() - 0.5) * 0.9;
      [x, y] = [x + Math.cos(angle) * 75, y + Math.sin(angle) * 75];
      path += `L${x} ${y}`;
    }
    return `<path d="${path}" fill="none" stroke="#eef6f7" stroke-opacity="${0.3 + random() * 0.5}" stroke-width="${0.8 + random() * 2.6}"/>`;
  });
  return svg(`
    <defs>
      <linearGradient id="deep" x2="1" y2="1"><stop offset="0" stop-color="#2b4550"/><stop offset="1" stop-color="#7d98a0"/></linearGradient>
      <filter id="frost"><feTurbulence type="turbulence" baseFrequency=".0035 .006" numOctaves="7" seed="12"/><feColorMatrix values="0 0 0 0 .84  0 0 0 0 .91  0 0 0 0 .94  1.5 0 0 0 -.16"/></filter>
    </defs>
    <rect width="${WIDTH}" height="${HEIGHT}" fill="url(#deep)"/>
    <rect width="${WIDTH}" height="${HEIGHT}" filter="url(#frost)"/>
    ${cracks.join('')}
    ${grain(0.12)}`);
}

function svg(content) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" style="display:block">${content}</svg>`;
}

function ridge(base, swing, layer) {
  let path = `M0 ${HEIGHT}`;
  for (let x = 0; x <= WIDTH; x += 12) {
    const wave =
      Math.sin(x / (170 - layer * 18) + layer * 2.1) +
      0.45 * Math.sin(x / 61 + layer * 5) +
      0.12 * Math.sin(x / 13 + layer);
    path += `L${x} ${(base - swing * wave).toFixed(1)}`;
  }
  return `${path}L${WIDTH} 520L0 520Z`;
}

function heron(x, y, size) {
  return `<g transform="translate(${x} ${y}) scale(${size})" fill="#1c2b30" stroke="#1c2b30" stroke-linecap="round">
    <path d="M-58 8C-36-26 6-38 34-30c10 3 6 18-6 24-26 14-56 14-86 2z" stroke="none"/>
    <path d="M28-26C44-44 22-62 30-86c3-9 12-12 18-8" fill="none" stroke-width="8"/>
    <path d="M44-98l46 13-44 1z" stroke="none"/><path d="M46-96l-26 6" stroke-width="2.5"/>
    <path d="M-2 4l-4 62M12 2l8 64" fill="none" stroke-width="4"/>
    <path d="M-44 74h96" stroke-width="2" opacity=".35"/></g>`;
}

function reeds() {
  const random = numbers(5);
  return Array.from({ length: 60 }, () => {
    const [x, lean, height] = [
      random() * 300 + (random() > 0.45 ? 900 : -60),
      (random() - 0.4) * 70,
      120 + random() * 230,
    ];
    return `<path d="M${x} 810Q${x + lean / 3} ${800 - height / 2} ${x + lean} ${800 - height}" fill="none" stroke="#17262a" stroke-width="${1.5 + random() * 3}" stroke-linecap="round"/>`;
  }).join('');
}

function grain(opacity) {
  return `<filter id="grain"><feTurbulence type="fractalNoise" baseFrequency=".8" numOctaves="2"/><feColorMatrix type="saturate" values="0"/></filter>
    <rect width="${WIDTH}" height="${HEIGHT}" filter="url(#grain)" opacity="${opacity}" style="mix-blend-mode:overlay"/>`;
}

/** Pseudo-random numbers, the same every time. */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
